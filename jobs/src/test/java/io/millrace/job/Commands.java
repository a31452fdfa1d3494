package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.host.ClassPath;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The commands that a user gives, each a process of its own. */
public final class Commands {
  private final Path home;
  private final Map<String, String> environment = new HashMap<>();

  /**
   * How a command ended.
   *
   * @param code its exit code
   * @param text all that it printed
   */
  public record Ended(int code, String text) {}

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

  private Ended execute(List<String> command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("MILLRACE_HOME", home.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
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
