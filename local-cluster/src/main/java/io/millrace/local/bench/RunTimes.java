package io.millrace.local.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;

/**
 * From the first record of a run to the last, as looks at its counters every 10 ms tell: from the
 * first look that finds a record read to the last that finds a counter moved. The records read by
 * the first look are left out of the figures.
 *
 * <p>A source reads as soon as it can, while other parts of its job are still being started. So
 * where a checkpoint completes before half of the records are read, which takes every task, the
 * figures begin at that.
 */
final class RunTimes {
  /** How often to look. */
  static final Duration INTERVAL = Duration.ofMillis(10);

  /** What a run's directory keeps them in. */
  static final String FILE = "clock.properties";

  static final String SOURCE_RECORDS = "clock.source-records";
  static final String RECORDS = "clock.records";
  static final String NANOS = "clock.nanos";
  static final String CPU_NANOS = "clock.cpu-nanos";

  /** Of the largest checkpoint, all of its state. */
  static final String STATE_BYTES = "clock.state-bytes";

  private Look first = Look.NONE;
  private Look running = Look.NONE;
  private Look last = Look.NONE;
  private long stateBytes;

  /**
   * What one look saw.
   *
   * @param read records read by sources
   * @param moved sum of all counters
   * @param nanos the time, by {@link System#nanoTime}
   * @param cpuNanos CPU time of this process
   */
  private record Look(long read, long moved, long nanos, long cpuNanos) {
    private static final Look NONE = new Look(0, 0, 0, 0);
  }

  /**
   * Notes what the counters say now.
   *
   * @param read records read by sources
   * @param moved sum of all counters
   * @param isRunning whether every task of the job runs
   */
  void look(long read, long moved, boolean isRunning) {
    if (read > 0 && moved != last.moved()) {
      last = new Look(read, moved, System.nanoTime(), cpuNanos());
      if (first.read() == 0) {
        first = last;
      }
      if (isRunning && running.read() == 0) {
        running = last;
      }
    }
  }

  /** Notes how large the state of the last checkpoint is. */
  void state(long bytes) {
    stateBytes = Math.max(stateBytes, bytes);
  }

  /** Where the figures begin. */
  private Look begin() {
    return running.read() > 0 && running.read() <= last.read() / 2 ? running : first;
  }

  /**
   * Writes the figures into a file.
   *
   * @param read records read by sources in the end
   */
  void write(Path file, long read) {
    Look begin = begin();
    Properties seen = new Properties();
    seen.setProperty(SOURCE_RECORDS, String.valueOf(read));
    seen.setProperty(RECORDS, String.valueOf(last.read() - begin.read()));
    seen.setProperty(NANOS, String.valueOf(last.nanos() - begin.nanos()));
    seen.setProperty(CPU_NANOS, String.valueOf(last.cpuNanos() - begin.cpuNanos()));
    seen.setProperty(STATE_BYTES, String.valueOf(stateBytes));
    try (var out = Files.newBufferedWriter(file)) {
      seen.store(out, null);
    } catch (IOException e) {
      throw new UncheckedIOException("the run's times could not be written", e);
    }
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
