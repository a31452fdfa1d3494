package io.millrace.local.bench;

import io.millrace.local.broker.SinkTopics;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.flink.StateBackend;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.JvmProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * A topic that jobs read, on a Kafka in a process of its own, and the topics that they write.
 *
 * @param <V> its variants
 */
abstract class TopicTestbed<V extends TopicVariant> implements Testbed {
  /** The Flink of every job. */
  static final TimedJob.Setup SETUP =
      new TimedJob.Setup(2, StateBackend.ROCKSDB, 128, TimedJob.CHECKPOINT_INTERVAL);

  private static final Duration DECISION_LIMIT = Duration.ofSeconds(60);

  private final Site site;
  private final BrokerProcess broker;
  private final Class<V> variants;

  /** Takes over the broker, whose topic is filled. */
  TopicTestbed(Site site, BrokerProcess broker, Class<V> variants) {
    this.site = site;
    this.broker = broker;
    this.variants = variants;
  }

  /** Fills a topic and makes the testbed of it. */
  interface Filling<T> {
    T fill(BrokerProcess broker) throws IOException, InterruptedException;
  }

  /** Starts Kafka for what fills it, and stops it again where that fails. */
  static <T> T open(Site site, Filling<T> filling) throws IOException, InterruptedException {
    BrokerProcess broker = BrokerProcess.start(site.children(), site.directory().resolve("kafka"));
    try {
      return filling.fill(broker);
    } catch (IOException | InterruptedException | RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  /**
   * Checks what the clock and the job itself counted.
   *
   * @throws VoidRunException for the first figure that is not as it must be
   */
  abstract void checkFigures(V variant, Map<String, Long> figures) throws VoidRunException;

  /**
   * Checks the committed rows of a variant.
   *
   * @param rows number of rows in each of its topics
   * @param directory holds the rows, a file a topic
   * @throws VoidRunException where they are not what they must be
   */
  abstract void checkRows(V variant, Map<String, Long> rows, Path directory)
      throws VoidRunException, IOException;

  /** What is read, for people. */
  static String load(String what, int records, long bytes, int windows, long windowMillis) {
    return format(
        "%,d %s of %d bytes on average, in %d windows of %d s; Kafka %s in its own JVM",
        records,
        what,
        bytes / Math.max(1, records),
        windows,
        windowMillis / 1_000,
        AppInfoParser.getVersion());
  }

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** Kafka's address. */
  final String bootstrap() {
    return broker.bootstrap();
  }

  final Site site() {
    return site;
  }

  @Override
  public JvmProgram program(Variant variant) {
    return program(variant, List.of());
  }

  /** The JVM of a variant that needs jars beside those that all have. */
  final JvmProgram program(Variant variant, List<Path> jars) {
    V own = variants.cast(variant);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--bootstrap",
                broker.bootstrap(),
                "--bounded",
                "true",
                "--start-from",
                "earliest"));
    arguments.addAll(own.arguments(site.directory()));
    return new TimedJob(site.programs().jobs(), own.mainClass(), SETUP, arguments)
        .program(own.code(), jars);
  }

  @Override
  public final void check(Variant variant, Map<String, Long> figures)
      throws VoidRunException, IOException, InterruptedException {
    V own = variants.cast(variant);
    checkFigures(own, figures);
    if (own.outputs().isEmpty()) {
      return;
    }
    Path rows = site.directory().resolve("rows");
    try (SinkTopics sinks =
        SinkTopics.follow(broker.bootstrap(), own.outputs(), rows, DECISION_LIMIT)) {
      sinks.finish(true);
      checkRows(own, sinks.rows(), rows);
    }
  }

  @Override
  public final void clear(Variant variant) throws IOException, InterruptedException {
    List<String> outputs = variants.cast(variant).outputs();
    if (!outputs.isEmpty()) {
      TopicAdmin.delete(broker.bootstrap(), outputs);
    }
  }

  @Override
  public List<String> findings() {
    return List.of();
  }

  @Override
  public void close() throws IOException {
    broker.close();
  }
}
