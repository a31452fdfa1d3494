package io.millrace.local;

import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.flink.JobProgress;
import io.millrace.local.flink.SubmittedJob;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows how far a job is: records in, rate, lag, age of the last checkpoint, restarts. On a
 * terminal one line is written again and again; elsewhere a new line comes every 5 s.
 *
 * <p>Records are counted by the positions of the job's sources in its topics, so that what is read
 * again after a restart counts once.
 */
final class ProgressReport {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressReport.class);
  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
  private static final Duration LINE_INTERVAL = Duration.ofSeconds(5);
  private static final int RATE_SAMPLES = 6;
  private static final String TO_LINE_START = "\r\u001b[K";

  /** The records read at a time of {@link System#nanoTime}. */
  private record Sample(long nanos, long records) {}

  private final SubmittedJob job;
  private final TopicAdmin admin;
  private final List<String> inputs;
  private final PrintStream out;
  private final boolean terminal;
  private final Map<String, Long> positions = new HashMap<>();
  private final Deque<Sample> samples = new ArrayDeque<>();
  private long lag;
  private long restarts;
  private OptionalLong checkpointedAt = OptionalLong.empty();
  private long lastLook = System.nanoTime();
  private long lastLine = System.nanoTime();
  private boolean lineOpen;

  ProgressReport(
      SubmittedJob job, TopicAdmin admin, List<String> inputs, PrintStream out, boolean terminal) {
    this.job = job;
    this.admin = admin;
    this.inputs = inputs;
    this.out = out;
    this.terminal = terminal;
    samples.add(new Sample(lastLook, 0));
  }

  /** Looks and shows where it is time to. */
  void tick() throws InterruptedException {
    long now = System.nanoTime();
    if (now - lastLook < LOOK_INTERVAL.toNanos()) {
      return;
    }
    lastLook = now;
    look();
    if (terminal) {
      out.print(TO_LINE_START + line());
      out.flush();
      lineOpen = true;
    } else if (now - lastLine >= LINE_INTERVAL.toNanos()) {
      lastLine = now;
      out.println(line());
    }
  }

  /** Takes the figures as they are now. */
  void look() throws InterruptedException {
    try {
      JobProgress progress = job.progress();
      progress
          .positions()
          .forEach((partition, next) -> positions.merge(partition, next, Math::max));
      restarts = Math.max(restarts, progress.restarts());
      checkpointedAt = progress.checkpointedAt();
      lag = Math.max(0, recordsInTopics() - recordsIn());
      samples.add(new Sample(System.nanoTime(), recordsIn()));
      if (samples.size() > RATE_SAMPLES) {
        samples.remove();
      }
    } catch (IOException e) {
      // The job's state is watched elsewhere; figures may be missing for a moment.
      LOG.debug("No figures for now", e);
    }
  }

  /** Ends the live line, where there is one, so that other output starts on a line of its own. */
  void endLine() {
    if (lineOpen) {
      out.print(TO_LINE_START);
      out.flush();
      lineOpen = false;
    }
  }

  /** Records that the job's sources have read. */
  long recordsIn() {
    return positions.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Records in the job's input topics; a feed writes no transactions, so offsets count records. */
  long recordsInTopics() throws IOException, InterruptedException {
    Map<TopicPartition, Long> ends = admin.ends(admin.partitions(inputs));
    return ends.values().stream().mapToLong(Long::longValue).sum();
  }

  /** How often the job was restarted. */
  long restarts() {
    return restarts;
  }

  private String line() {
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    double seconds = (last.nanos() - first.nanos()) / 1e9;
    long rate = seconds <= 0 ? 0 : Math.round((last.records() - first.records()) / seconds);
    return String.format(
        Locale.ROOT,
        "records in %,d | %,d/s | lag %,d | checkpoint %s | restarts %d",
        recordsIn(),
        rate,
        lag,
        checkpointedAt.isEmpty() ? "none yet" : age(checkpointedAt.getAsLong()) + " ago",
        restarts);
  }

  private static String age(long since) {
    return Durations.text(Duration.ofMillis(Math.max(0, System.currentTimeMillis() - since)));
  }
}
