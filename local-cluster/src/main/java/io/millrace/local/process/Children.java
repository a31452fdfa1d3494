package io.millrace.local.process;

import io.millrace.local.host.ChildProcess;
import io.millrace.local.host.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts child JVMs whose logs, output and temporary files are in one directory: {@code
 * logs/<name>.log}, {@code logs/<name>.out} and {@code tmp/<name>}.
 */
public final class Children {
  /** Is told of every child, so that somebody can end it if this JVM is killed. */
  @FunctionalInterface
  public interface Register {
    /** Notes a process that has just been started. */
    void started(String name, long pid) throws IOException;
  }

  private static final String LOGGING = "log4j2.properties";

  private final Path directory;
  private final Path logging;
  private final Register register;

  private Children(Path directory, Path logging, Register register) {
    this.directory = directory;
    this.logging = logging;
    this.register = register;
  }

  /** Uses {@code directory}, which is created where it is missing. */
  public static Children in(Path directory, Register register) throws IOException {
    Files.createDirectories(directory.resolve("logs"));
    Files.createDirectories(directory.resolve("tmp"));
    Path logging = directory.resolve(LOGGING);
    try (var in = Children.class.getResourceAsStream("/io/millrace/local/" + LOGGING)) {
      if (in == null) {
        throw new IOException("this build has no " + LOGGING + "; build local-cluster again");
      }
      Files.write(logging, in.readAllBytes());
    }
    return new Children(directory, logging, register);
  }

  /** Where the logs are. */
  public Path logs() {
    return directory.resolve("logs");
  }

  /** Where the child of that name puts its temporary files; it must not outlive its process. */
  public Path temporary(String name) {
    return directory.resolve("tmp").resolve(name);
  }

  /** Deletes the temporary files of a child that has ended. */
  void forget(ChildProcess dead) throws IOException {
    Trees.delete(temporary(dead.name()));
  }

  /**
   * Starts a program. Its name must not be that of a child that still runs.
   *
   * @throws IOException where it can't be started
   */
  public ChildProcess start(JvmProgram program) throws IOException {
    String name = program.name();
    Path temporary = Files.createDirectories(temporary(name));
    List<String> common = new ArrayList<>();
    common.add("-XX:+UseG1GC");
    // What Kafka's consumers fetch at once is more than half of a small region, and then each fetch
    // counts as humongous and has the whole heap marked again and again.
    common.add("-XX:G1HeapRegionSize=8m");
    common.add("-Djava.io.tmpdir=" + temporary);
    common.add("-Dlog.file=" + logs().resolve(name + ".log"));
    common.add("-Dlog4j2.configurationFile=" + logging.toUri());
    ChildProcess child =
        ChildProcess.start(
            name, program.command(common), program.environment(), logs().resolve(name + ".out"));
    try {
      register.started(name, child.pid());
    } catch (IOException e) {
      child.close();
      throw e;
    }
    return child;
  }
}
