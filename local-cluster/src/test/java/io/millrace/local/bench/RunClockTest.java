package io.millrace.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunClockTest {
  @TempDir Path directory;

  private final RunClock clock = new RunClock();

  @BeforeEach
  void open() {
    MetricConfig config = new MetricConfig();
    config.setProperty("file", directory.resolve("clock").toString());
    clock.open(config);
  }

  @Test
  void clock_runs_fromTheFirstLookThatFindsARecordToTheLastThatFindsAChange() throws Exception {
    Counter read = added("Source: web.requests", "numRecordsIn");
    Counter readElsewhere = added("Source: web.requests", "numRecordsIn");
    Counter published = added("Rank by window", "numRecordsOut");
    clock.report();
    read.inc(10);
    long from = System.nanoTime();
    clock.report();
    read.inc(20);
    readElsewhere.inc(30);
    clock.report();
    published.inc();
    clock.report();
    long atMost = System.nanoTime() - from;
    // The wait for a commit is not timed.
    awaitNanos(from + 2 * atMost);
    clock.report();

    Properties seen = seen();

    assertThat(seen)
        .containsEntry(RunTimes.SOURCE_RECORDS, "60")
        .containsEntry(RunTimes.RECORDS, "50");
    assertThat(number(seen, RunTimes.NANOS)).isPositive().isLessThanOrEqualTo(atMost);
    assertThat(number(seen, RunTimes.CPU_NANOS)).isNotNegative();
  }

  @Test
  void clock_firstCheckpointBeforeHalfOfTheRecords_startsThere() throws Exception {
    Counter read = added("Source: web.requests", "numRecordsIn");
    AtomicLong checkpoints = addedCheckpoints();
    read.inc(10);
    clock.report();
    read.inc(20);
    checkpoints.set(1);
    clock.report();
    read.inc(70);
    clock.report();

    assertThat(seen())
        .containsEntry(RunTimes.SOURCE_RECORDS, "100")
        .containsEntry(RunTimes.RECORDS, "70");
  }

  @Test
  void clock_stateOfCheckpoints_isThatOfTheLargest() throws Exception {
    AtomicLong bytes = new AtomicLong(-1);
    Gauge<Long> gauge = bytes::get;
    clock.notifyOfAddedMetric(gauge, "lastCheckpointFullSize", new UnregisteredMetricsGroup());
    for (long each : new long[] {-1, 7, 20, 9}) {
      bytes.set(each);
      clock.report();
    }

    assertThat(seen()).containsEntry(RunTimes.STATE_BYTES, "20");
  }

  @Test
  void clock_firstCheckpointAfterHalfOfTheRecords_startsAtTheFirstRecord() throws Exception {
    Counter read = added("Source: web.requests", "numRecordsIn");
    AtomicLong checkpoints = addedCheckpoints();
    read.inc(10);
    clock.report();
    read.inc(50);
    checkpoints.set(1);
    clock.report();
    read.inc(40);
    clock.report();

    assertThat(seen()).containsEntry(RunTimes.RECORDS, "90");
  }

  @Test
  void clock_sourceThatOnlyEmits_isCountedByWhatItEmits() throws Exception {
    Counter made = added("Source: parsed requests", "numRecordsOut");
    Counter mapped = added("Row of the number", "numRecordsIn");
    made.inc(4);
    clock.report();
    made.inc(6);
    mapped.inc(9);
    clock.report();

    assertThat(seen())
        .containsEntry(RunTimes.SOURCE_RECORDS, "10")
        .containsEntry(RunTimes.RECORDS, "6");
  }

  @Test
  void clock_countersOfTasks_areNotCountedTwice() throws Exception {
    clock.report();
    clock.notifyOfAddedMetric(counted(5), "numRecordsIn", new UnregisteredMetricsGroup());
    Counter bytes = added("Source: web.requests", "numBytesIn");
    bytes.inc(7);
    clock.report();

    assertThat(seen())
        .containsEntry(RunTimes.SOURCE_RECORDS, "0")
        .containsEntry(RunTimes.RECORDS, "0")
        .containsEntry(RunTimes.NANOS, "0");
  }

  private Counter added(String operator, String name) {
    Counter counter = new SimpleCounter();
    MetricGroup group =
        new UnregisteredMetricsGroup() {
          @Override
          public Map<String, String> getAllVariables() {
            return Map.of("<operator_name>", operator);
          }
        };
    clock.notifyOfAddedMetric(counter, name, group);
    return counter;
  }

  private AtomicLong addedCheckpoints() {
    AtomicLong completed = new AtomicLong();
    Gauge<Long> gauge = completed::get;
    clock.notifyOfAddedMetric(
        gauge, "numberOfCompletedCheckpoints", new UnregisteredMetricsGroup());
    return completed;
  }

  private static Counter counted(long count) {
    Counter counter = new SimpleCounter();
    counter.inc(count);
    return counter;
  }

  private static void awaitNanos(long deadline) {
    while (System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
  }

  private Properties seen() throws IOException {
    clock.close();
    Properties seen = new Properties();
    try (var in = Files.newBufferedReader(directory.resolve("clock"))) {
      seen.load(in);
    }
    return seen;
  }

  private static long number(Properties seen, String name) {
    return Long.parseLong(seen.getProperty(name));
  }
}
