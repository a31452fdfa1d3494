package io.millrace.local.bench;

import io.millrace.schema.Topics;
import java.nio.file.Path;
import java.util.List;

/** One of the programs that fan positions out. */
enum LocationVariant implements TopicVariant {
  /** The operators of location fan-out, fed in the process. */
  OPERATORS("operators"),
  /** A map in state on RocksDB and a lookup of H3, fed in the process. */
  MAP_STATE("map-state"),
  /** {@link #OPERATORS} in the order of event times. */
  OPERATORS_ORDERED("operators-ordered"),
  /** {@link #MAP_STATE} in the order of event times. */
  MAP_STATE_ORDERED("map-state-ordered"),
  /** Location fan-out, from Kafka to Kafka. */
  LOCATION_FANOUT("location-fanout"),
  /** {@link #MAP_STATE_ORDERED}, from Kafka to Kafka. */
  MAP_STATE_KAFKA("map-state-kafka"),
  /** {@link #OPERATORS} into Redis, as fast as it goes and then at half of that rate. */
  REDIS("redis");

  private static final String BENCH = "io.millrace.job.bench.";
  private static final List<String> PEER_OUTPUTS =
      List.of(Topics.LOCATION_FANOUT_DELIVERIES.name(), Topics.LOCATION_UPDATES_DLQ.name());
  private static final List<String> OUTPUTS =
      List.of(
          Topics.LOCATION_FANOUT_DELIVERIES.name(),
          Topics.LOCATION_UPDATES_DLQ.name(),
          Topics.LOCATION_FANOUT_LATE.name(),
          Topics.LOCATION_FANOUT_FENCE_EVENTS.name(),
          Topics.LOCATION_FANOUT_NEARBY.name(),
          Topics.LOCATION_GRANTS_DLQ.name(),
          Topics.LOCATION_FENCES_DLQ.name(),
          Topics.LOCATION_NEARBY_REQUESTS_DLQ.name(),
          Topics.LOCATION_FANOUT_LIVE.name());

  private final String code;

  LocationVariant(String code) {
    this.code = code;
  }

  @Override
  public String code() {
    return code;
  }

  @Override
  public boolean standsAlone() {
    return this == REDIS;
  }

  @Override
  public List<String> description() {
    return switch (this) {
      case OPERATORS -> List.of("the operators that tell viewers; as events arrive");
      case MAP_STATE ->
          List.of(
              "grants in a MapState, the newest position in a ValueState, both on RocksDB",
              "a cell of H3 at resolution 7 for each position; circles are covered by cells, and",
              "compared exactly only in these; a timer for each expiry; as events arrive");
      case OPERATORS_ORDERED -> List.of("the same operators, in the order of event times");
      case MAP_STATE_ORDERED ->
          List.of("the same peer; events wait in a MapState by time, with a timer each");
      case LOCATION_FANOUT -> List.of("the job with its defaults, without stores, exactly once");
      case MAP_STATE_KAFKA ->
          List.of("map-state-ordered with the same source and sink; deliveries only");
      case REDIS ->
          List.of(
              "the operators and what viewers see, fed in the process, into Redis; nine of ten",
              "positions are of 200 owners; its records a second are of both halves together");
    };
  }

  /** Whether it reads and writes Kafka. */
  boolean isOnKafka() {
    return this == LOCATION_FANOUT || this == MAP_STATE_KAFKA;
  }

  /** Whether it needs H3. */
  boolean isPeer() {
    return this == MAP_STATE || this == MAP_STATE_ORDERED || this == MAP_STATE_KAFKA;
  }

  @Override
  public List<String> outputs() {
    return switch (this) {
      case LOCATION_FANOUT -> OUTPUTS;
      case MAP_STATE_KAFKA -> PEER_OUTPUTS;
      default -> List.of();
    };
  }

  @Override
  public String mainClass() {
    return switch (this) {
      case LOCATION_FANOUT -> "io.millrace.job.location.LocationFanoutJob";
      case MAP_STATE_KAFKA -> BENCH + "MapStateFanoutJob";
      case REDIS -> BENCH + "PacedLocationsJob";
      default -> BENCH + "ParsedLocationsJob";
    };
  }

  /** The file with grants and positions. */
  static Path rows(Path directory) {
    return directory.resolve("locations");
  }

  @Override
  public List<String> arguments(Path directory) {
    return switch (this) {
      case LOCATION_FANOUT -> List.of("--create-topics", "true", "--stores", "none");
      case MAP_STATE_KAFKA -> List.of("--create-topics", "true");
      case REDIS -> List.of("--rows", rows(directory).toString());
      default ->
          List.of(
              "--variant",
              isPeer() ? "map-state" : "operators",
              "--order",
              this == OPERATORS || this == MAP_STATE ? "arrival" : "event-time",
              "--rows",
              rows(directory).toString());
    };
  }
}
