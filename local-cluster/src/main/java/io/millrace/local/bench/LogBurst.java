package io.millrace.local.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.flink.LocalFlink;
import io.millrace.local.flink.Submission;
import io.millrace.local.flink.SubmittedJob;
import io.millrace.local.host.ClassPath;
import io.millrace.local.process.JvmProgram;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.RawLine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Log ingestion, live, while its input comes five times as fast for half a minute. How far it is
 * behind is what its consumer group says, which is as old as the last checkpoint. Whoever sends the
 * lines is in the same process. This is the {@code main} of the variant's JVM.
 */
final class LogBurst {
  /** Lines a second before and after the burst. */
  static final int RATE = 40_000;

  /** The burst's rate is so many times as much. */
  static final int TIMES = 5;

  /** How long the burst is. */
  static final int SECONDS = 30;

  /** Prefix of the topics. */
  static final String PREFIX = "burst.";

  /** Lines that were sent in all. */
  static final String SENT = "sent";

  /** How long the burst's lines took to be sent. */
  static final String SEND_MILLIS = "send-millis";

  /** The most lines that were sent and not read. */
  static final String MOST_BEHIND = "most-behind";

  /** From the burst's last line until all of it was read. */
  static final String DRAIN_MILLIS = "drain-millis";

  private static final String JOB = "log-burst";

  /** The consumer group of the job. */
  private static final String GROUP = PREFIX + JOB;

  private static final int CALM_SECONDS = 10;
  private static final int LINES = 5_000;
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LOOK_MILLIS = 100;

  private final Path jobsJar;
  private final String bootstrap;
  private final List<Tail> tails = new ArrayList<>();

  /** A line behind its time, and what it is a log of. */
  private static final class Tail {
    private final byte[] bytes;
    private final RecordHeader source;

    private Tail(byte[] bytes, RecordHeader source) {
      this.bytes = bytes;
      this.source = source;
    }
  }

  /** What the thread that sends tells. */
  private static final class Feed {
    private volatile boolean isStopped;
    private volatile long burstNanos;
    private volatile long burstEndNanos;

    /** Lines that were sent when the burst ended; 0 before. */
    private volatile long burstEnd;
  }

  private LogBurst(Path jobsJar, String bootstrap) {
    this.jobsJar = jobsJar;
    this.bootstrap = bootstrap;
    LogLines made = new LogLines(1);
    for (int i = 0; i < LINES; i++) {
      LogLines.Line line = made.json(LogLines.START);
      String tail = line.text().substring(line.text().indexOf(','));
      tails.add(
          new Tail(
              tail.getBytes(UTF_8),
              new RecordHeader(RawLine.SOURCE_HEADER, line.service().getBytes(UTF_8))));
    }
  }

  /** The JVM that runs it whenever it is asked to. */
  static JvmProgram program(String name, Path jobsJar, String bootstrap) {
    List<String> classPath = new ArrayList<>(ClassPath.current().entries());
    classPath.add(jobsJar.toString());
    return JvmProgram.of(
        name,
        LogBurst.class.getName(),
        new ClassPath(classPath),
        RunLoop.JVM_OPTIONS,
        List.of(jobsJar.toString(), bootstrap));
  }

  /**
   * Runs it whenever it is asked to.
   *
   * @param args the jobs jar, and Kafka's bootstrap servers
   */
  public static void main(String[] args) throws IOException {
    RunLoop.serve(new LogBurst(Path.of(args[0]), args[1])::run);
  }

  private Map<String, String> run(Path directory) throws Exception {
    List<String> arguments = new ArrayList<>(LogVariant.INGEST_ARGUMENTS);
    arguments.addAll(
        List.of("--bootstrap", bootstrap, "--topic-prefix", PREFIX, "--job-name", JOB));
    try (LocalFlink flink = TimedJob.start(TopicTestbed.SETUP, directory);
        TopicAdmin admin = new TopicAdmin(bootstrap);
        TopicFeeder feeder = new TopicFeeder(bootstrap)) {
      SubmittedJob job =
          flink.submit(jobsJar, LogVariant.INGEST.mainClass(), arguments, Submission.Start.FRESH);
      Feed feed = new Feed();
      FutureTask<@Nullable Void> sending =
          new FutureTask<>(
              () -> {
                send(feeder, feed);
                return null;
              });
      Thread thread = new Thread(sending, "feed");
      thread.setDaemon(true);
      thread.start();
      long mostBehind = 0;
      long read = 0;
      while (feed.burstEnd == 0 || read < feed.burstEnd) {
        look(job, sending);
        long sent = feeder.sent();
        read = read(admin);
        mostBehind = Math.max(mostBehind, sent - read);
      }
      long drainNanos = System.nanoTime() - feed.burstEndNanos;
      feed.isStopped = true;
      sending.get();
      while (read(admin) < feeder.sent()) {
        look(job, sending);
      }
      job.stop(directory.resolve("savepoint"));
      return Map.of(
          SENT, String.valueOf(feeder.sent()),
          SEND_MILLIS, String.valueOf(TimeUnit.NANOSECONDS.toMillis(feed.burstNanos)),
          MOST_BEHIND, String.valueOf(mostBehind),
          DRAIN_MILLIS, String.valueOf(TimeUnit.NANOSECONDS.toMillis(drainNanos)));
    }
  }

  /** Waits a moment for what the job and the thread that sends do. */
  private static void look(SubmittedJob job, FutureTask<?> sending)
      throws IOException, InterruptedException, ExecutionException {
    TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    if (SubmittedJob.isEnd(job.state())) {
      throw new IOException("the job ended: " + job.failure());
    }
    if (sending.isDone()) {
      sending.get();
    }
  }

  /** How many lines the job has read. */
  private static long read(TopicAdmin admin) throws IOException, InterruptedException {
    return admin.committed(GROUP).entrySet().stream()
        .filter(each -> each.getKey().topic().equals(topic()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** The topic of the lines. */
  static String topic() {
    return PREFIX + Topics.LOGS_RAW.name();
  }

  private void send(TopicFeeder feeder, Feed feed) throws IOException {
    send(feeder, RATE, CALM_SECONDS, feed);
    feed.burstNanos = send(feeder, RATE * TIMES, SECONDS, feed);
    feed.burstEndNanos = System.nanoTime();
    feed.burstEnd = feeder.sent();
    while (!feed.isStopped) {
      send(feeder, RATE, 1, feed);
    }
    feeder.flush();
  }

  /** Sends lines at a rate, and says how long it took. */
  private long send(TopicFeeder feeder, int rate, int seconds, Feed feed) throws IOException {
    long began = System.nanoTime();
    long sent = 0;
    while (sent < (long) rate * seconds && !feed.isStopped) {
      long passed = System.nanoTime() - began;
      long due = Math.min((long) rate * seconds, passed * rate / TimeUnit.SECONDS.toNanos(1));
      byte[] head =
          ("{\"time\":\"" + Instant.now().truncatedTo(ChronoUnit.MILLIS) + '"').getBytes(UTF_8);
      for (; sent < due; sent++) {
        Tail tail = tails.get((int) (sent % LINES));
        byte[] line = new byte[head.length + tail.bytes.length];
        System.arraycopy(head, 0, line, 0, head.length);
        System.arraycopy(tail.bytes, 0, line, head.length, tail.bytes.length);
        feeder.send(new ProducerRecord<>(topic(), null, null, null, line, List.of(tail.source)));
      }
      LockSupport.parkNanos(TICK_NANOS);
    }
    return System.nanoTime() - began;
  }
}
