package io.millrace.local.bench;

import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.JvmProgram;
import io.millrace.local.store.LocalRedis;
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
import org.jspecify.annotations.Nullable;

/**
 * Topics of positions and grants, a file of many more of them, the topics of deliveries, and Redis
 * where it is written.
 */
final class LocationTestbed extends TopicTestbed<LocationVariant> {
  /** Owners of what is read in the process. */
  static final int OWNERS = 20_000;

  /** One of so many owners and positions is in topics: each has some seven deliveries there. */
  private static final int IN_TOPICS = 10;

  private static final double SEED_UPDATES_PER_SECOND = 167_000;
  private static final double COALESCED_GOAL = 3;

  private final LocationLoad load;
  private final LocationLoad inTopics;
  private final @Nullable LocalRedis redis;
  private final Map<LocationVariant, List<Double>> rates = new LinkedHashMap<>();
  private final List<Figures> ofRedis = new ArrayList<>();

  private LocationTestbed(
      Site site,
      BrokerProcess broker,
      LocationLoad load,
      LocationLoad inTopics,
      @Nullable LocalRedis redis) {
    super(site, broker, LocationVariant.class);
    this.load = load;
    this.inTopics = inTopics;
    this.redis = redis;
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
    LocalRedis redis =
        scale.of(Benchmark.LOCATION_FANOUT).contains(LocationVariant.REDIS)
            ? LocalRedis.start(site.directory().resolve("redis"))
            : null;
    return new LocationTestbed(site, broker, load, inTopics, redis);
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
    if (redis != null) {
      lines.put(
          "redis",
          format(
              "%,d positions made in the process, of the owners of the load; Redis in a process of"
                  + " its own",
              inTopics.records()));
    }
    return lines;
  }

  private static String describe(LocationLoad load) {
    return format(
        "%,d grants of %,d owners, then %,d positions, of which viewers get %,d",
        load.grants(), load.owners(), load.records(), load.deliveries());
  }

  @Override
  public JvmProgram program(Variant variant) {
    if (variant == LocationVariant.REDIS && redis != null) {
      List<String> arguments = new ArrayList<>(LocationVariant.REDIS.arguments(site().directory()));
      arguments.addAll(
          List.of("--redis", redis.address(), "--positions", String.valueOf(inTopics.records())));
      return new TimedJob(
              site().programs().jobs(), LocationVariant.REDIS.mainClass(), SETUP, arguments)
          .program(variant.code());
    }
    return program(
        variant,
        ((LocationVariant) variant).isPeer() ? List.of(site().programs().h3()) : List.of());
  }

  private LocationLoad load(LocationVariant variant) {
    return variant.isOnKafka() ? inTopics : load;
  }

  @Override
  void checkFigures(LocationVariant variant, Map<String, Long> figures) throws VoidRunException {
    Figures seen = new Figures(variant.code(), figures);
    if (variant == LocationVariant.REDIS) {
      checkRedis(seen);
      return;
    }
    LocationLoad of = load(variant);
    seen.require("records read", RunTimes.SOURCE_RECORDS, of.grants() + of.records());
    if (!variant.isOnKafka()) {
      seen.require("deliveries", Figures.RECORDS, of.deliveries());
      seen.require("checksum of the deliveries", Figures.CHECKSUM, of.checksum());
    }
    rates
        .computeIfAbsent(variant, unused -> new ArrayList<>())
        .add(Timing.of(figures).recordsPerSecond());
  }

  private void checkRedis(Figures seen) throws VoidRunException {
    seen.require("records made", RunTimes.SOURCE_RECORDS, load.grants() + inTopics.records());
    seen.require("newest positions that Redis has not", "missing", 0);
    seen.require("positions that were refused", "refused", 0);
    if (seen.get("seen") == 0 || seen.get("writes") == 0) {
      throw new VoidRunException(
          seen.code() + ": the run was too short to be measured; give more --records");
    }
    ofRedis.add(seen);
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
    if (!ofRedis.isEmpty()) {
      lines.add(
          format(
              "%-21s %,.0f positions a second at most; at half of that (%,.0f), from position to"
                  + " Redis p50 %,.0f ms and p99 %,.0f ms; %.1f changes in a write, goal %.0f",
              LocationVariant.REDIS.code(),
              median("full-rate"),
              median("rate"),
              median("p50-millis"),
              median("p99-millis"),
              Spread.of(ofRedis.stream().map(LocationTestbed::changesInAWrite).toList()).median(),
              COALESCED_GOAL));
    }
    return lines;
  }

  private double median(String name) {
    return Spread.of(ofRedis.stream().map(each -> (double) figure(each, name)).toList()).median();
  }

  private static double changesInAWrite(Figures figures) {
    return (double) figure(figures, "changes") / figure(figures, "writes");
  }

  private static long figure(Figures figures, String name) {
    return figures.byName().getOrDefault(name, 0L);
  }

  @Override
  public void close() throws IOException {
    if (redis != null) {
      redis.close();
    }
    super.close();
  }
}
