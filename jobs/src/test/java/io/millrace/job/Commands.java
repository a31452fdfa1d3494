package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.host.ClassPath;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The commands that a user gives, each a process of its own. */
public final class Commands {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final Path home;
  private final Map<String, String> environment = new HashMap<>();

  /**
   * How a command ended.
   *
   * @param code its exit code
   * @param text all that it printed
   */
  public record Ended(int code, String text) {}

  /** A command that goes on until it is asked to stop. */
  public static final class Running implements AutoCloseable {
    private final Process process;
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Thread reader;

    private Running(Process process) {
      this.process = process;
      this.reader = new Thread(this::read, "command-output");
      reader.setDaemon(true);
      reader.start();
    }

    private void read() {
      try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
        output.lines().forEach(lines::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private String text() {
      return String.join("\n", lines);
    }

    /** Waits until it has printed what a pattern matches; returns the pattern's first group. */
    public String await(String pattern) {
      Pattern wanted = Pattern.compile(pattern);
      Awaitility.await()
          .atMost(LIMIT)
          .until(() -> wanted.matcher(text()).find() || !reader.isAlive());
      return found(pattern, text());
    }

    /** The processes that it has started. */
    public Stream<ProcessHandle> descendants() {
      return process.descendants();
    }

    /** Asks it to stop, as {@code kill} does, and waits for its end. */
    public Ended stop() throws InterruptedException {
      // The process itself would close what it prints from then on.
      process.toHandle().destroy();
      assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
          .as("whether it stops when asked to, having printed: %s", text())
          .isTrue();
      reader.join();
      return new Ended(process.exitValue(), text());
    }

    /** Ends it whether it wants to or not. */
    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  /** Commands that keep what they run in {@code home}. */
  public Commands(Path home) {
    this.home = home;
  }

  /** Sets a variable of the environment of those that are given from now on. */
  public void set(String variable, String value) {
    environment.put(variable, value);
  }

  /** Gives {@code local-cluster/run}, and waits for its end. */
  public Ended run(String... arguments) throws Exception {
    return run(List.of(arguments));
  }

  /** The same. */
  public Ended run(List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("../local-cluster/run"));
    command.addAll(arguments);
    return execute(command);
  }

  /** Flink's own command line, on the class path that a Flink distribution would give it. */
  public Ended flink(List<String> arguments) throws Exception {
    String whole = Files.readString(Path.of("../local-cluster/target/class-path.txt"));
    ClassPath flink = new ClassPath(Arrays.asList(whole.split(File.pathSeparator, -1))).flinkOnly();
    List<String> command = new ArrayList<>();
    command.add(ClassPath.java().toString());
    command.addAll(List.of("--add-opens", "java.base/java.util=ALL-UNNAMED"));
    command.addAll(List.of("-cp", flink.text(), "org.apache.flink.client.cli.CliFrontend"));
    command.addAll(arguments);
    return execute(command);
  }

  /** Gives {@code local-cluster/run}, which goes on until it is asked to stop. */
  public Running start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("../local-cluster/run"));
    command.addAll(List.of(arguments));
    return new Running(process(command));
  }

  private Process process(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("MILLRACE_HOME", home.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  private Ended execute(List<String> command) throws Exception {
    Process process = process(command);
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), text);
  }

  /** Checks that a command ended well, and returns what it printed. */
  public static String succeed(Ended ended) {
    assertThat(ended.code()).as(ended.text()).isZero();
    return ended.text();
  }

  /** The first group of a pattern that a text must have. */
  public static String found(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
    return matcher.group(1);
  }
}
