package io.millrace.local.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.local.host.ClassPath;
import io.millrace.local.process.Children;
import io.millrace.local.process.JvmProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VariantProcessITCase {
  private static final String ENDS = "ends";
  private static final String HANGS = "hangs";
  private static final String FAILS = "fails";
  private static final String STARTED = "started";

  private final List<Long> pids = new ArrayList<>();

  @TempDir Path directory;

  /** A program that counts its runs, or ends none. */
  static final class Counting {
    private Counting() {}

    public static void main(String[] args) throws IOException {
      AtomicLong runs = new AtomicLong();
      RunLoop.serve(
          own -> {
            Files.createFile(own.resolve(STARTED));
            if (args[0].equals(HANGS)) {
              new CountDownLatch(1).await();
            } else if (args[0].equals(FAILS)) {
              throw new IllegalStateException("no disk");
            }
            new RunTimes().write(own.resolve(RunTimes.FILE), 7);
            return Map.of(
                "runs", String.valueOf(runs.incrementAndGet()),
                "heap", String.valueOf(Runtime.getRuntime().totalMemory()));
          });
    }
  }

  @AfterEach
  void leavesNoProcess() {
    assertThat(pids).isNotEmpty().noneMatch(pid -> ProcessHandle.of(pid).isPresent());
  }

  @Test
  void run_again_isInTheSameJvmWithTheWholeHeap() throws Exception {
    try (VariantProcess process = start(ENDS, RunLoop.JVM_OPTIONS)) {
      for (long run = 1; run <= 2; run++) {
        assertThat(process.run("round", (int) run))
            .containsEntry("runs", run)
            .containsEntry("heap", 2L << 30)
            .containsEntry(RunTimes.SOURCE_RECORDS, 7L);
      }
    }
    assertThat(pids).hasSize(1);
    assertThat(directory.resolve("own/floor/round-2")).isDirectory();
  }

  @Test
  void run_thatFails_saysWhichAndWhy() throws Exception {
    try (VariantProcess process = start(FAILS, List.of("-Xmx64m"))) {
      for (int i = 1; i <= 2; i++) {
        int number = i;
        assertThatThrownBy(() -> process.run("warm-up", number))
            .isInstanceOf(VoidRunException.class)
            .hasMessage("floor failed in warm-up " + number + ": IllegalStateException: no disk");
      }
    }
  }

  @Test
  void run_ofAProgramThatIsNone_saysSo() throws Exception {
    try (VariantProcess process = start(ENDS, List.of("-version"))) {
      assertThatThrownBy(() -> process.run("round", 1)).hasMessageContaining("failed in round 1: ");
    }
  }

  @Test
  void run_stopped_endsWithTheJvm() throws Exception {
    Path started = directory.resolve("own/floor/round-1").resolve(STARTED);
    try (VariantProcess process =
        VariantProcess.start(
            children(),
            RequestVariant.FLOOR,
            program(HANGS, List.of("-Xmx64m")),
            directory.resolve("own/floor"),
            () -> Files.exists(started))) {
      assertThat(process.run("round", 1)).isEmpty();
    }
  }

  @Test
  void loop_whoseInputEnds_endsInTheMiddleOfARun() throws Exception {
    Path own = Files.createDirectory(directory.resolve("run"));
    Process process =
        new ProcessBuilder(
                ClassPath.java().toString(),
                "-Xmx64m",
                "-cp",
                ClassPath.current().text(),
                Counting.class.getName(),
                HANGS)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("out").toFile())
            .start();
    pids.add(process.pid());
    try (var commands = process.getOutputStream()) {
      commands.write((own + "\n").getBytes(StandardCharsets.UTF_8));
      commands.flush();
      await().until(() -> Files.exists(own.resolve(STARTED)));
    }
    try {
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private VariantProcess start(String what, List<String> options) throws IOException {
    return VariantProcess.start(
        children(),
        RequestVariant.FLOOR,
        program(what, options),
        directory.resolve("own/floor"),
        () -> false);
  }

  private Children children() throws IOException {
    return Children.in(directory, (name, pid) -> pids.add(pid));
  }

  private static JvmProgram program(String what, List<String> options) {
    return JvmProgram.of(
        RequestVariant.FLOOR.code(),
        Counting.class.getName(),
        ClassPath.current(),
        options,
        List.of(what));
  }
}
