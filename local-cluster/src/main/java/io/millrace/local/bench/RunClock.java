package io.millrace.local.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;
import org.apache.flink.metrics.reporter.Scheduled;

/**
 * Takes the {@link RunTimes} of any Flink job, without a change to the job and at no cost to it:
 * looks at the counters that Flink keeps for every operator.
 *
 * <p>What a job does after the last record was read, such as publishing the windows that the end of
 * its input closes, is timed, and so is every checkpoint on the way. What is left out is the start
 * of the job, up to its first checkpoint where that comes early enough, and, after its last record,
 * the wait for the checkpoint that commits it, which lasts as long as the interval happens to have
 * left.
 *
 * <p>Only for a Flink that runs one job once: each has a clock of its own, with a file of its own,
 * into which it writes what it saw when Flink stops.
 */
public final class RunClock implements MetricReporter, Scheduled {
  private static final String NAME = "metrics.reporter.run-clock.";
  private static final String FILE = "file";
  private static final String OPERATOR_NAME = "<operator_name>";
  private static final String RECORDS_IN = "numRecordsIn";
  private static final String RECORDS_OUT = "numRecordsOut";
  private static final String CHECKPOINTS = "numberOfCompletedCheckpoints";
  private static final String STATE_BYTES = "lastCheckpointFullSize";

  private final List<Counter> read = new CopyOnWriteArrayList<>();
  private final List<Counter> made = new CopyOnWriteArrayList<>();
  private final List<Counter> all = new CopyOnWriteArrayList<>();
  private final List<Gauge<?>> checkpoints = new CopyOnWriteArrayList<>();
  private final List<Gauge<?>> states = new CopyOnWriteArrayList<>();
  private final RunTimes times = new RunTimes();

  private Path file = Path.of("");

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
    flink.setString(NAME + "interval", RunTimes.INTERVAL.toMillis() + " ms");
    flink.setString(NAME + FILE, file.toString());
    return flink;
  }

  @Override
  public void open(MetricConfig config) {
    file = Path.of(config.getString(FILE, ""));
  }

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    if (name.equals(CHECKPOINTS) && metric instanceof Gauge<?> gauge) {
      checkpoints.add(gauge);
      return;
    }
    if (name.equals(STATE_BYTES) && metric instanceof Gauge<?> gauge) {
      states.add(gauge);
      return;
    }
    String operator = group.getAllVariables().get(OPERATOR_NAME);
    if (operator == null || !(metric instanceof Counter counter)) {
      return;
    }
    boolean source = operator.startsWith("Source: ");
    if (name.equals(RECORDS_IN)) {
      add(counter, source, read);
    } else if (name.equals(RECORDS_OUT)) {
      add(counter, source, made);
    }
  }

  /** Counters of finished tasks keep their values. */
  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {}

  @Override
  public synchronized void report() {
    times.look(sourceRecords(), sum(all), largest(checkpoints) > 0);
    times.state(largest(states));
  }

  @Override
  public synchronized void close() {
    times.write(file, sourceRecords());
  }

  /** Sources of Kafka count what they read, and those that make records only what they emit. */
  private long sourceRecords() {
    return Math.max(sum(read), sum(made));
  }

  private static long largest(List<Gauge<?>> gauges) {
    long largest = 0;
    for (Gauge<?> gauge : gauges) {
      if (gauge.getValue() instanceof Number number) {
        largest = Math.max(largest, number.longValue());
      }
    }
    return largest;
  }

  private void add(Counter counter, boolean source, List<Counter> ofSources) {
    all.add(counter);
    if (source) {
      ofSources.add(counter);
    }
  }

  private static long sum(List<Counter> counters) {
    long sum = 0;
    for (Counter counter : counters) {
      sum += counter.getCount();
    }
    return sum;
  }
}
