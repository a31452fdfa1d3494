package io.millrace.local.host;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A child process that this JVM may kill, stop and continue.
 *
 * <p>It has a session of its own where the system allows it, so that Ctrl-C in a terminal reaches
 * this JVM alone, which then ends its children in order. It ends with this JVM unless that is
 * killed.
 */
public final class ChildProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChildProcess.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  /** Replaces itself by the command that follows it, so that the process id stays. */
  private static final Path NEW_SESSION = Path.of("/usr/bin/setsid");

  private final String name;
  private final Process process;
  private final Thread atExit;

  private ChildProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    this.atExit = new Thread(process::destroyForcibly, name + "-at-exit");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * Starts a process.
   *
   * @param name names it in messages
   * @param command the program and its arguments
   * @param environment variables added to those of this process
   * @param output gets what it prints; appended to where it exists
   * @throws IOException where the program can't be started
   */
  public static ChildProcess start(
      String name, List<String> command, Map<String, String> environment, Path output)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(inOwnSession(command))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    builder.environment().putAll(environment);
    return new ChildProcess(name, builder.start());
  }

  /** The command that runs {@code command} in a session of its own, where the system allows it. */
  public static List<String> inOwnSession(List<String> command) {
    List<String> whole = new ArrayList<>();
    if (Files.isExecutable(NEW_SESSION)) {
      whole.add(NEW_SESSION.toString());
    }
    whole.addAll(command);
    return whole;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Writes a line to its standard input, which ends with this JVM at the latest. */
  public void tell(String line) throws IOException {
    OutputStream in = process.getOutputStream();
    in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    in.flush();
  }

  /** Whether it runs or is stopped, but has not ended. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Its exit code; 128 and the number of the signal where a signal ended it. */
  public int exitCode() {
    return process.exitValue();
  }

  /** Waits for its end, at most for {@code limit}; tells whether it came. */
  public boolean awaitEnd(Duration limit) throws InterruptedException {
    return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends it at once with SIGKILL, and returns when it has ended. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
    forget();
  }

  /** Stops it with SIGSTOP: it stays, and does nothing until {@link #resume}. */
  public void suspend() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Lets a stopped process go on. */
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  /** Sends it SIGINT, which programs take for a wish to end soon, and does not wait. */
  public void interrupt() throws IOException, InterruptedException {
    signal("INT");
  }

  /** Asks it to end, and does not wait. */
  public void terminate() {
    process.destroy();
  }

  /** Asks it to end, and kills it where it has not ended within 10 s. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!awaitEnd(STOP_LIMIT)) {
        LOG.warn("{} (process {}) ignored SIGTERM and is killed", name, pid());
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    forget();
  }

  private void forget() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException jvmIsEnding) {
      LOG.debug("The JVM ends, and {} has already", name, jvmIsEnding);
    }
  }

  private void signal(String signal) throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("kill", "-" + signal, String.valueOf(pid()))
            .redirectErrorStream(true)
            .start();
    String text = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (kill.waitFor() != 0) {
      throw new IOException(
          "can't send SIG" + signal + " to " + name + " (process " + pid() + "): " + text.strip());
    }
  }
}
