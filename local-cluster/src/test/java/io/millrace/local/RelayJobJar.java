package io.millrace.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * A jar with one small job, compiled on the spot, so that its classes are in the jar alone and
 * reach a cluster only where the jar is shipped.
 */
public final class RelayJobJar {
  /** The class in the jar whose {@code main} runs the job. */
  public static final String MAIN_CLASS = "io.millrace.testjob.RelayJob";

  private static final String JOBS =
      """
      [{"name": "relay", "mainClass": "io.millrace.testjob.RelayJob",
        "question": "Does what goes in come out, 100% of it?",
        "inputs": ["web.requests"],
        "outputs": ["heavy-hitters.rankings", "heavy-hitters.late", "web.requests.dlq"],
        "stores": ["redis"],
        "options": [
          {"key": "window", "type": "duration", "default": "5m", "description": "Size."},
          {"key": "fail-on", "type": "string", "description": "Text to fail on."},
          {"key": "bootstrap", "type": "string", "description": "Kafka's address."}]},
       {"name": "take-in", "mainClass": "io.millrace.testjob.RelayJob",
        "question": "Is every file taken in?", "inputs": [], "outputs": [], "stores": [],
        "options": [
          {"key": "location", "type": "string", "description": "A directory."},
          {"key": "window", "type": "duration", "default": "5m", "description": "Size."}]}]
      """;

  private RelayJobJar() {}

  /** Builds the jar in {@code directory}. */
  public static Path build(Path directory) throws IOException {
    Path classes = Files.createDirectories(directory.resolve("classes"));
    compile(Path.of("src/test/resources/jobs/RelayJob.java"), classes);
    Path jar = directory.resolve("relay-job.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> files = Files.walk(classes)) {
      for (Path path : files.filter(Files::isRegularFile).toList()) {
        add(out, classes.relativize(path).toString(), Files.readAllBytes(path));
      }
      add(out, "META-INF/millrace/jobs.json", JOBS.getBytes(UTF_8));
    }
    return jar;
  }

  private static void compile(Path source, Path classes) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
      boolean compiled =
          compiler
              .getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none", "-d", classes.toString()),
                  null,
                  files.getJavaFileObjects(source))
              .call();
      if (!compiled) {
        throw new IOException("compiling " + source + " failed");
      }
    }
  }

  private static void add(JarOutputStream out, String name, byte[] content) throws IOException {
    out.putNextEntry(new JarEntry(name));
    out.write(content);
    out.closeEntry();
  }
}
