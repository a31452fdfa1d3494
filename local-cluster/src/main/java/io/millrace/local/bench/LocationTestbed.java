package io.millrace.local.bench;

import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.JvmProgram;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.location.PositionDelivered;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Topics of positions and grants, a file of many more of them, and the topics of deliveries. */
final class LocationTestbed extends TopicTestbed<LocationVariant> {
  /** Owners of what is read in the process. */
  static final int OWNERS = 20_000;

  /** One of so many owners and positions is in topics: each has some seven deliveries there. */
  private static final int IN_TOPICS = 10;

  private static final double SEED_UPDATES_PER_SECOND = 167_000;

  private final LocationLoad load;
  private final LocationLoad inTopics;
  private final Map<LocationVariant, List<Double>> rates = new LinkedHashMap<>();

  private LocationTestbed(
      Site site, BrokerProcess broker, LocationLoad load, LocationLoad inTopics) {
    super(site, broker, LocationVariant.class);
    this.load = load;
    this.inTopics = inTopics;
  }

  /** Starts Kafka, and makes the topics and the file; with less where the user stops it. */
  static LocationTestbed open(Site site, BenchmarkRun.Scale scale)
      throws IOException, InterruptedException {
    return open(site, broker -> fill(site, scale, broker));
  }

  private static LocationTestbed fill(Site site, BenchmarkRun.Scale scale, BrokerProcess broker)
      throws IOException, InterruptedException {
    LocationLoad load = LocationLoad.of(OWNERS, scale.records(), scale.seed());
    load.write(LocationVariant.rows(site.directory()));
    LocationLoad inTopics =
        LocationLoad.of(OWNERS / IN_TOPICS, scale.records() / IN_TOPICS, scale.seed());
    try (TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
      admin.create(
          List.of(
              Topics.LOCATION_UPDATES,
              Topics.LOCATION_GRANTS,
              Topics.LOCATION_FENCES,
              Topics.LOCATION_NEARBY_REQUESTS));
    }
    try (TopicFeeder feeder = new TopicFeeder(broker.bootstrap())) {
      inTopics.fill(feeder, site.isStopped());
    }
    return new LocationTestbed(site, broker, load, inTopics);
  }

  @Override
  public Map<String, String> description() {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("load", describe(load) + ", made in the process");
    lines.put(
        "topics",
        describe(inTopics)
            + format(
                " of %d bytes on average; Kafka in its own JVM",
                inTopics.bytes() / Math.max(1, inTopics.records())));
    lines.put("jobs", SETUP.description() + ", " + SETUP.backend());
    return lines;
  }

  private static String describe(LocationLoad load) {
    return format(
        "%,d grants of %,d owners, then %,d positions, of which viewers get %,d",
        load.grants(), load.owners(), load.records(), load.deliveries());
  }

  @Override
  public JvmProgram program(Variant variant) {
    return program(
        variant,
        ((LocationVariant) variant).isPeer() ? List.of(site().programs().h3()) : List.of());
  }

  private LocationLoad load(LocationVariant variant) {
    return variant.isOnKafka() ? inTopics : load;
  }

  @Override
  void checkFigures(LocationVariant variant, Map<String, Long> figures) throws VoidRunException {
    LocationLoad of = load(variant);
    Figures seen = new Figures(variant.code(), figures);
    seen.require("records read", RunTimes.SOURCE_RECORDS, of.grants() + of.records());
    if (!variant.isOnKafka()) {
      seen.require("deliveries", Figures.RECORDS, of.deliveries());
      seen.require("checksum of the deliveries", Figures.CHECKSUM, of.checksum());
    }
    rates
        .computeIfAbsent(variant, unused -> new ArrayList<>())
        .add(Timing.of(figures).recordsPerSecond());
  }

  @Override
  void checkRows(LocationVariant variant, Map<String, Long> rows, Path directory)
      throws VoidRunException, IOException {
    Figures of = new Figures(variant.code(), rows);
    List<String> topics = variant.outputs();
    of.require("committed deliveries", topics.get(0), inTopics.deliveries());
    for (String topic : topics.subList(1, Math.min(topics.size(), 3))) {
      of.require("committed rows in " + topic, topic, 0);
    }
    JsonCodec<PositionDelivered> codec = Topics.LOCATION_FANOUT_DELIVERIES.codec();
    long checksum = 0;
    try (var lines = Files.newBufferedReader(directory.resolve(topics.get(0) + ".jsonl"))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        PositionDelivered row = codec.decode(line.getBytes(StandardCharsets.UTF_8));
        checksum +=
            LocationLoad.checksum(
                row.viewerId(), row.grantId(), row.at(), row.latitude(), row.longitude());
      }
    } catch (RejectedException e) {
      throw new VoidRunException(variant.code() + ": a committed row is none: " + e.getMessage());
    }
    if (checksum != inTopics.checksum()) {
      throw new VoidRunException(variant.code() + ": the deliveries are not what they must be");
    }
  }

  @Override
  public List<String> findings() {
    List<String> lines = new ArrayList<>();
    rates.forEach(
        (variant, each) -> {
          LocationLoad of = load(variant);
          double rate = Spread.of(each).median();
          lines.add(
              format(
                  "%-21s %,.0f decisions and %,.0f deliveries a second in %d slots; the seed's"
                      + " 167,000 updates a second are %.1f such machines, %.0f slots",
                  variant.code(),
                  rate * LocationLoad.GRANTS,
                  rate * of.deliveries() / of.records(),
                  SETUP.parallelism(),
                  SEED_UPDATES_PER_SECOND / rate,
                  Math.ceil(SEED_UPDATES_PER_SECOND / rate * SETUP.parallelism())));
        });
    return lines;
  }
}
