package io.millrace.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.local.host.StopSignal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as a process of its own, which gets signals. */
class LocalClusterProcessITCase {
  @TempDir static Path jarDirectory;

  @TempDir Path directory;

  private static Path jar;

  private Process process;

  @BeforeAll
  static void buildJar() throws IOException {
    jar = RelayJobJar.build(jarDirectory);
  }

  @AfterEach
  void endProcess() throws InterruptedException {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly().waitFor();
    children.forEach(ProcessHandle::destroyForcibly);
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void run_signalled_stopsCleanly(String signal) throws Exception {
    assumeThat(signal.equals("INT") && inheritsIgnoredInterrupts()).isFalse();
    long redis = child("redis");

    new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();

    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(output()).contains("relay stopped after");
    assertThat(process.exitValue()).isZero();
    assertThat(isAlive(redis)).isFalse();
    assertThat(base()).isEmptyDirectory();
  }

  @Test
  void run_killed_isRemovedByTheNextRun() throws Exception {
    long redis = child("redis");

    process.destroyForcibly().waitFor();
    assertThat(isAlive(redis)).isTrue();
    assertThat(base()).isNotEmptyDirectory();

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code =
        LocalCluster.run(
            new String[] {"relay", "--bounded", "--duration", "1s", "--no-stores"},
            new PrintStream(out, true, UTF_8),
            new PrintStream(out, true, UTF_8),
            new Surroundings(jar, base(), false, StopSignal::manual));

    assertThat(out.toString(UTF_8))
        .containsOnlyOnce(
            "removed what a killed run (process "
                + process.pid()
                + ") left behind: its directory, and ended redis\n");
    assertThat(code).isZero();
    assertThat(isAlive(redis)).isFalse();
    assertThat(base()).isEmptyDirectory();
  }

  @BeforeEach
  void startLive() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "--add-opens",
                "java.base/java.util=ALL-UNNAMED",
                "-D" + Surroundings.JOBS_JAR + "=" + jar,
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path", "")),
                "io.millrace.local.LocalCluster",
                "relay",
                "--rate",
                "200")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output").toFile());
    builder.environment().put("MILLRACE_HOME", base().toString());
    process = builder.start();
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> !process.isAlive() || output().contains("relay runs"));
    assertThat(process.isAlive()).as(output()).isTrue();
  }

  private Path base() {
    return directory.resolve("base");
  }

  private String output() throws IOException {
    return Files.readString(directory.resolve("output"));
  }

  /** The recorded process id of a child of the run. */
  private long child(String name) throws IOException {
    Path processes = base().resolve("run-" + process.pid()).resolve("processes");
    List<String> lines = Files.readAllLines(processes);
    return lines.stream()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> Long.parseLong(line.split(" ", -1)[1]))
        .findFirst()
        .orElseThrow();
  }

  /** A job in the background of a shell gets no Ctrl-C, and neither do its children. */
  private static boolean inheritsIgnoredInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    String ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow();
    return (Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).strip(), 16) & 2) != 0;
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
  }
}
