package io.millrace.local.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;
import org.apache.flink.metrics.reporter.Scheduled;

/**
 * Times any job from its first record to its last, without a change to the job and at no cost to
 * it: looks every 10 ms at the counters that Flink keeps for every operator.
 *
 * <p>The clock starts at the first look that finds a record read by a source; the records read by
 * then are left out of the figures. It stops at the last look that finds any counter of any
 * operator moved. So what a job does after the last record was read, such as publishing the windows
 * that the end of its input closes, is timed, and so is every checkpoint on the way. What is left
 * out is the start of the job and, after its last record, the wait for the checkpoint that commits
 * it, which lasts as long as the interval happens to have left.
 *
 * <p>Only for a JVM that runs one job once. It writes what it saw into a file when Flink stops.
 */
public final class RunClock implements MetricReporter, Scheduled {
  static final String SOURCE_RECORDS = "clock.source-records";
  static final String RECORDS = "clock.records";
  static final String NANOS = "clock.nanos";
  static final String CPU_NANOS = "clock.cpu-nanos";

  private static final Duration INTERVAL = Duration.ofMillis(10);
  private static final String NAME = "metrics.reporter.run-clock.";
  private static final String FILE = "file";
  private static final String OPERATOR_NAME = "<operator_name>";
  private static final String RECORDS_IN = "numRecordsIn";
  private static final String RECORDS_OUT = "numRecordsOut";

  private final List<Counter> sources = new CopyOnWriteArrayList<>();
  private final List<Counter> all = new CopyOnWriteArrayList<>();

  private Path file = Path.of("");
  private Look first = Look.NONE;
  private Look last = Look.NONE;

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

  /** Makes the clock; Flink looks it up by its name. */
  public static final class Factory implements MetricReporterFactory {
    @Override
    public MetricReporter createMetricReporter(Properties properties) {
      return new RunClock();
    }
  }

  /** What tells Flink to run a clock that writes into {@code file}. */
  static Configuration configuration(Path file) {
    Configuration flink = new Configuration();
    flink.setString(NAME + "factory.class", Factory.class.getName());
    flink.setString(NAME + "interval", INTERVAL.toMillis() + " ms");
    flink.setString(NAME + FILE, file.toString());
    return flink;
  }

  @Override
  public void open(MetricConfig config) {
    file = Path.of(config.getString(FILE, ""));
  }

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    String operator = group.getAllVariables().get(OPERATOR_NAME);
    if (operator == null || !(metric instanceof Counter counter)) {
      return;
    }
    if (name.equals(RECORDS_IN) || name.equals(RECORDS_OUT)) {
      all.add(counter);
    }
    if (name.equals(RECORDS_IN) && operator.startsWith("Source: ")) {
      sources.add(counter);
    }
  }

  /** Counters of finished tasks keep their values. */
  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {}

  @Override
  public synchronized void report() {
    long read = sum(sources);
    long moved = sum(all);
    if (read > 0 && moved != last.moved()) {
      last = new Look(read, moved, System.nanoTime(), cpuNanos());
      if (first.read() == 0) {
        first = last;
      }
    }
  }

  @Override
  public synchronized void close() {
    Properties seen = new Properties();
    seen.setProperty(SOURCE_RECORDS, String.valueOf(sum(sources)));
    seen.setProperty(RECORDS, String.valueOf(last.read() - first.read()));
    seen.setProperty(NANOS, String.valueOf(last.nanos() - first.nanos()));
    seen.setProperty(CPU_NANOS, String.valueOf(last.cpuNanos() - first.cpuNanos()));
    try (var out = Files.newBufferedWriter(file)) {
      seen.store(out, null);
    } catch (IOException e) {
      throw new UncheckedIOException("the run's times could not be written", e);
    }
  }

  private static long sum(List<Counter> counters) {
    long sum = 0;
    for (Counter counter : counters) {
      sum += counter.getCount();
    }
    return sum;
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
