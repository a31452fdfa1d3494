package io.millrace.local.bench;

import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.JvmProgram;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A topic of web requests, and the topics of the rankings. */
final class RequestTestbed extends TopicTestbed<RequestVariant> {
  private final RequestLoad load;
  private final RequestCheck check;

  private RequestTestbed(Site site, BrokerProcess broker, RequestLoad load) {
    super(site, broker, RequestVariant.class);
    this.load = load;
    this.check = new RequestCheck(load);
  }

  /**
   * Starts Kafka and fills the topic; with fewer requests where the user stops it meanwhile.
   *
   * @param poisoned whether there is a second one, with records among them that are none
   */
  static RequestTestbed open(Site site, BenchmarkRun.Scale scale, boolean poisoned)
      throws IOException, InterruptedException {
    return open(site, broker -> fill(site, scale, poisoned, broker));
  }

  private static RequestTestbed fill(
      Site site, BenchmarkRun.Scale scale, boolean poisoned, BrokerProcess broker)
      throws IOException, InterruptedException {
    try (TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
      admin.create(
          poisoned
              ? List.of(Topics.WEB_REQUESTS, prefixed(Topics.WEB_REQUESTS))
              : List.of(Topics.WEB_REQUESTS));
    }
    RequestLoad load;
    try (TopicFeeder feeder = new TopicFeeder(broker.bootstrap())) {
      load = RequestLoad.fill(feeder, scale.records(), scale.seed(), poisoned, site.isStopped());
    }
    load.writeRows(RequestVariant.rows(site.directory()));
    return new RequestTestbed(site, broker, load);
  }

  private static <T extends Record> Topic<T> prefixed(Topic<T> topic) {
    return new Topic<>(
        RequestVariant.POISONED_PREFIX + topic.name(),
        topic.description(),
        topic.type(),
        topic.lane(),
        topic.keyField(),
        topic.partitions(),
        topic.cleanup(),
        topic.view(),
        topic.lineReader());
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
        load(
            "requests",
            load.records(),
            load.bytes(),
            RequestLoad.WINDOWS,
            RequestLoad.WINDOW_MILLIS));
    lines.put(
        "paths",
        format(
            "drawn from %,d by Zipf %.1f: %,d distinct, %,d in a window on average",
            LoadPaths.COUNT, LoadPaths.EXPONENT, load.distinct(), load.distinctInWindow()));
    if (load.poison() > 0) {
      lines.put("poison", format("%,d records more, each the first half of one", load.poison()));
    }
    lines.put("jobs", SETUP.description() + ", " + SETUP.backend());
    return lines;
  }

  @Override
  public JvmProgram program(Variant variant) {
    return variant == RequestVariant.KAFKA_STREAMS
        ? StreamsPeer.program(variant.code(), site().programs().kafkaStreams(), bootstrap())
        : super.program(variant);
  }

  @Override
  void checkFigures(RequestVariant variant, Map<String, Long> figures) throws VoidRunException {
    check.figures(variant, figures);
  }

  @Override
  void checkRows(RequestVariant variant, Map<String, Long> rows, Path directory)
      throws VoidRunException, IOException {
    check.rows(variant, rows, directory);
  }
}
