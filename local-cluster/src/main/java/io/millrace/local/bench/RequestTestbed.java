package io.millrace.local.bench;

import io.millrace.local.broker.SinkTopics;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.flink.StateBackend;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.JvmProgram;
import io.millrace.schema.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.utils.AppInfoParser;

/** A topic of web requests on a Kafka in a process of its own, and the topics of the rankings. */
final class RequestTestbed implements Testbed {
  /** The Flink of every job. */
  static final TimedJob.Setup SETUP = new TimedJob.Setup(2, StateBackend.ROCKSDB, 128);

  private static final Duration DECISION_LIMIT = Duration.ofSeconds(60);

  private final Site site;
  private final BrokerProcess broker;
  private final RequestLoad load;
  private final RequestCheck check;

  private RequestTestbed(Site site, BrokerProcess broker, RequestLoad load) {
    this.site = site;
    this.broker = broker;
    this.load = load;
    this.check = new RequestCheck(load);
  }

  /** Starts Kafka and fills the topic; with fewer requests where the user stops it meanwhile. */
  static RequestTestbed open(Site site, BenchmarkRun.Scale scale)
      throws IOException, InterruptedException {
    BrokerProcess broker = BrokerProcess.start(site.children(), site.directory().resolve("kafka"));
    try {
      try (TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
        admin.create(List.of(Topics.WEB_REQUESTS));
      }
      RequestLoad load;
      try (TopicFeeder feeder = new TopicFeeder(broker.bootstrap())) {
        load = RequestLoad.fill(feeder, scale.records(), scale.seed(), site.isStopped());
      }
      RequestTestbed opened = new RequestTestbed(site, broker, load);
      load.writeRows(opened.rows());
      return opened;
    } catch (IOException | InterruptedException | RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  @Override
  public Map<String, String> description() {
    return describe(load);
  }

  /** What is read, for people. */
  static Map<String, String> describe(RequestLoad load) {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put(
        "load",
        format(
            "%,d requests of %d bytes on average, in %d windows of %d s; Kafka %s in its own JVM",
            load.records(),
            load.bytes() / Math.max(1, load.records()),
            RequestLoad.WINDOWS,
            RequestLoad.WINDOW_MILLIS / 1_000,
            AppInfoParser.getVersion()));
    lines.put(
        "paths",
        format(
            "drawn from %,d by Zipf %.1f: %,d distinct, %,d in a window on average",
            LoadPaths.COUNT, LoadPaths.EXPONENT, load.distinct(), load.distinctInWindow()));
    lines.put("jobs", SETUP.description() + ", " + SETUP.backend());
    return lines;
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  @Override
  public JvmProgram program(Variant variant) {
    RequestVariant own = (RequestVariant) variant;
    if (own == RequestVariant.KAFKA_STREAMS) {
      return StreamsPeer.program(own.code(), site.programs().kafkaStreams(), broker.bootstrap());
    }
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--bootstrap",
                broker.bootstrap(),
                "--bounded",
                "true",
                "--start-from",
                "earliest"));
    arguments.addAll(own.arguments(rows().toString()));
    return new TimedJob(site.programs().jobs(), own.mainClass(), SETUP, arguments)
        .program(own.code());
  }

  private Path rows() {
    return site.directory().resolve("parsed-rows");
  }

  @Override
  public void check(Variant variant, Map<String, Long> figures)
      throws VoidRunException, IOException, InterruptedException {
    RequestVariant own = (RequestVariant) variant;
    check.figures(own, figures);
    if (own.outputs().isEmpty()) {
      return;
    }
    Path rows = site.directory().resolve("rows");
    try (SinkTopics sinks =
        SinkTopics.follow(broker.bootstrap(), own.outputs(), rows, DECISION_LIMIT)) {
      sinks.finish(true);
      check.rows(own, sinks.rows(), rows);
    }
  }

  @Override
  public void clear(Variant variant) throws IOException, InterruptedException {
    List<String> outputs = ((RequestVariant) variant).outputs();
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
