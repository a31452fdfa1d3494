package io.millrace.local.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.millrace.local.flink.FailureCause;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a variant's JVM does, as {@link VariantProcess} asks: each line of the standard input names
 * a directory, where the program is run once and leaves its figures. Between runs the JVM does
 * nothing, and the heap is given back. It ends with the first run that fails, and with its input,
 * even in the middle of a run.
 */
final class RunLoop {
  /** Options of the JVM; every page of the heap is there when a run starts. */
  static final List<String> JVM_OPTIONS =
      List.of(
          "-Xms64m",
          "-Xmx2g",
          "-XX:+AlwaysPreTouch",
          "--add-opens=java.base/java.util=ALL-UNNAMED");

  private static final Logger LOG = LoggerFactory.getLogger(RunLoop.class);
  private static final String COUNTED = "counted.properties";

  private final Program program;

  private RunLoop(Program program) {
    this.program = program;
  }

  /** What is run. */
  @FunctionalInterface
  interface Program {
    /**
     * Runs once, and leaves its times in {@link RunTimes#FILE}.
     *
     * @param directory is this run's alone
     * @return what the program itself has counted, by name
     */
    Map<String, String> run(Path directory) throws Exception;
  }

  /** Takes commands until the standard input ends, and ends this JVM. */
  static void serve(Program program) throws IOException {
    RunLoop loop = new RunLoop(program);
    ExecutorService runs = Executors.newSingleThreadExecutor();
    var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      Path directory = Path.of(line);
      runs.execute(() -> loop.run(directory));
    }
    System.exit(0);
  }

  /** Whether the run in a directory is done; {@link #figures} has them then. */
  static boolean isDone(Path directory) {
    return Files.exists(directory.resolve(COUNTED));
  }

  /** What a run that is done left in its directory, by name. */
  static Map<String, Long> figures(Path directory) throws IOException {
    Properties figures = new Properties();
    for (String file : List.of(RunTimes.FILE, COUNTED)) {
      try (var in = Files.newBufferedReader(directory.resolve(file))) {
        figures.load(in);
      }
    }
    return figures.stringPropertyNames().stream()
        .collect(
            Collectors.toUnmodifiableMap(
                name -> name, name -> Long.parseLong(figures.getProperty(name))));
  }

  private void run(Path directory) {
    try {
      fillHeap();
      Properties counted = new Properties();
      counted.putAll(program.run(directory));
      shrinkHeap();
      // It says that the run is done, so it is there as a whole or not at all.
      Path written = directory.resolve(COUNTED + ".new");
      try (var out = Files.newBufferedWriter(written)) {
        counted.store(out, null);
      }
      Files.move(written, directory.resolve(COUNTED), StandardCopyOption.ATOMIC_MOVE);
    } catch (Throwable e) {
      // Of an error too the one that waits learns by our end alone.
      LOG.error("The run failed", e);
      System.err.println(FailureCause.of(e));
      System.exit(1);
    }
  }

  /** Takes the whole heap, so that no run is timed while it grows. */
  private static void fillHeap() {
    set("MaxHeapFreeRatio", 100);
    set("MinHeapFreeRatio", 100);
    System.gc();
  }

  /** Leaves the heap what is in use, so that all variants' JVMs fit into memory. */
  private static void shrinkHeap() {
    set("MinHeapFreeRatio", 0);
    set("MaxHeapFreeRatio", 0);
    System.gc();
  }

  /** Both ratios may be changed while the JVM runs; the next collection resizes the heap. */
  private static void set(String option, int percent) {
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .setVMOption(option, String.valueOf(percent));
  }
}
