package io.millrace.job.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The jobs as a jar in which one class of the operators has another source: a coming version. */
final class ChangedJar {
  private ChangedJar() {}

  /**
   * Makes the jar. Its classes win over those of the tests, as a submitted job's do.
   *
   * @param source the class's source, below the operators' sources
   * @param changes texts in it and what is in their place
   * @return the jar's address
   */
  static String of(Path directory, String source, Map<String, String> changes) throws IOException {
    Path operators = Path.of("../operators").toAbsolutePath();
    String text = Files.readString(operators.resolve("src/main/java").resolve(source));
    for (Map.Entry<String, String> change : changes.entrySet()) {
      if (!text.contains(change.getKey())) {
        throw new IOException(source + " has no longer the text to change: " + change.getKey());
      }
      text = text.replace(change.getKey(), change.getValue());
    }
    Path sources = Files.createDirectories(directory.resolve("sources"));
    Path changed = Files.writeString(sources.resolve(Path.of(source).getFileName()), text);
    Path classes = Files.createDirectories(directory.resolve("classes"));
    compile(changed, classes);

    Path jar = directory.resolve("changed.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      add(out, classes, classes);
      add(out, operators.resolve("target/classes"), classes);
      add(out, Path.of("target/classes"), classes);
    }
    return jar.toUri().toString();
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
                  List.of("-proc:none", "-parameters", "-d", classes.toString()),
                  null,
                  files.getJavaFileObjects(source))
              .call();
      if (!compiled) {
        throw new IOException("compiling " + source + " failed");
      }
    }
  }

  /** Adds the classes of a directory, without those that are changed. */
  private static void add(JarOutputStream out, Path directory, Path changed) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
        Path name = directory.relativize(file);
        if (directory.equals(changed) || Files.notExists(changed.resolve(name))) {
          out.putNextEntry(new JarEntry(name.toString()));
          Files.copy(file, out);
          out.closeEntry();
        }
      }
    }
  }
}
