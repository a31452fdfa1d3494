package io.millrace.local;

import io.millrace.local.host.ChildProcess;
import io.millrace.local.host.ClassPath;
import io.millrace.local.host.RunDirectory;
import io.millrace.local.store.LocalCassandra;
import io.millrace.local.store.LocalOpenSearch;
import io.millrace.local.store.LocalS3;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a keeper that outlives this JVM.
 *
 * <p>Its jars must outlive us too, and belong into the directory that is named by its process id.
 * So a shell waits under that id until they are there, and then becomes the keeper.
 */
final class KeeperLaunch {
  /** Properties that say where the build has put what some servers are made of. */
  private static final List<String> BUILT =
      List.of(LocalCassandra.CLASS_PATH, LocalOpenSearch.CLASS_PATH, LocalS3.BUILT);

  private static final String WAIT_AND_BECOME =
      "read -r options && exec \"$0\" @\"$options\" \"$@\"";

  private final Path base;
  private final Path jobsJar;

  KeeperLaunch(Path base, Path jobsJar) {
    this.base = base;
    this.jobsJar = jobsJar;
  }

  /** Starts a keeper with the options of {@code up}. Returns while it is still starting. */
  Process start(List<String> options) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", WAIT_AND_BECOME, ClassPath.java().toString()));
    command.addAll(options);
    ProcessBuilder builder =
        new ProcessBuilder(ChildProcess.inOwnSession(command)).redirectErrorStream(true);
    builder.environment().put("MILLRACE_HOME", base.toString());
    Process process = builder.start();
    try (OutputStream in = process.getOutputStream()) {
      Path argumentFile = prepare(RunDirectory.of(base, process.pid()));
      in.write((argumentFile + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
    return process;
  }

  /** Waits for a keeper's verdict: {@link Keeper#READY}, or why it is not, in one line. */
  static String verdict(Process keeper) throws IOException {
    String last = "it said nothing";
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(keeper.getInputStream(), StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.equals(Keeper.READY)) {
        return line;
      } else if (line.startsWith(Keeper.FAILED)) {
        return line.substring(Keeper.FAILED.length());
      }
      last = line;
    }
    return "the process that keeps the cluster ended: " + last;
  }

  private Path prepare(Path directory) throws IOException {
    Path lib = Files.createDirectories(directory.resolve("lib"));
    Path temporary = Files.createDirectories(directory.resolve("tmp"));
    Path logs = Files.createDirectories(directory.resolve("logs"));
    List<String> classPath = new ArrayList<>();
    for (String entry : ClassPath.current().entries()) {
      Path jar = Path.of(entry);
      classPath.add(jar.startsWith(base) ? copy(jar, lib).toString() : entry);
    }
    List<String> arguments = new ArrayList<>();
    for (String built : BUILT) {
      String given = System.getProperty(built);
      if (given != null) {
        arguments.add("-D" + built + "=" + given);
      }
    }
    arguments.addAll(
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "--add-opens",
            "java.base/java.util=ALL-UNNAMED",
            "-Djava.io.tmpdir=" + temporary,
            "-Dlog.file=" + logs.resolve("keeper.log"),
            "-Dlog4j2.configurationFile=classpath:io/millrace/local/log4j2.properties",
            "-D" + Surroundings.JOBS_JAR + "=" + copy(jobsJar, lib),
            "-cp",
            new ClassPath(classPath).text(),
            Keeper.class.getName()));
    Path file = directory.resolve("keeper.args");
    Files.write(file, arguments.stream().map(KeeperLaunch::quoted).toList());
    return file;
  }

  private static Path copy(Path jar, Path lib) throws IOException {
    Path copy = lib.resolve(jar.getFileName());
    if (!Files.exists(copy)) {
      Files.copy(jar, copy);
    }
    return copy;
  }

  /** As the {@code java} command reads a line of an argument file. */
  private static String quoted(String argument) {
    return "\"" + argument.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
