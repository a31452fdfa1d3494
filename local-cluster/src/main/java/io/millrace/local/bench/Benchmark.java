package io.millrace.local.bench;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A set of programs that are measured against each other in the same rounds. */
public enum Benchmark {
  /** What reading costs: bytes alone, with our decoder, with an exchange. */
  FLOOR("floor", 3, 20_000_000),
  /** What heavy hitters costs beyond reading, and what its peers cost. */
  HEAVY_HITTERS("heavy-hitters", 5, 20_000_000),
  /** What records that are none cost heavy hitters. */
  POISON("poison", 5, 5_000_000),
  /** What trending songs costs beyond reading, and what its peer costs. */
  TRENDING_SONGS("trending-songs", 5, 7_200_000),
  /** What rate counting costs beyond reading and an exchange. */
  RATE_COUNTING("rate-counting", 5, 5_000_000),
  /** What reconciliation costs, and what its peers cost. */
  RECONCILIATION("reconciliation", 5, 2_000_000),
  /** What log ingestion costs beyond reading, and what its parsers cost. */
  LOG_INGESTION("log-ingestion", 5, 4_000_000),
  /** What fanning positions out costs, beside plain state. */
  LOCATION_FANOUT("location-fanout", 5, 5_000_000),
  /** What reading files costs beyond their parsers. */
  ADAPTERS("adapters", 5, 2_000_000),
  /** What keyed state costs: plain, and written back. */
  STATE("state", 5, 10_000_000),
  /** What writing to stores and topics costs beyond their clients. */
  SINKS("sinks", 5, 500_000);

  private final String code;
  private final int rounds;
  private final int records;

  Benchmark(String code, int rounds, int records) {
    this.code = code;
    this.rounds = rounds;
    this.records = records;
  }

  /** The name it is run by. */
  public String code() {
    return code;
  }

  /** How often each program is run unless the user says otherwise. */
  public int rounds() {
    return rounds;
  }

  /** How many records each run reads unless the user says otherwise. */
  public int records() {
    return records;
  }

  /** The names of all benchmarks. */
  public static List<String> codes() {
    return Stream.of(values()).map(Benchmark::code).toList();
  }

  /** The benchmark of that name. */
  public static Optional<Benchmark> ofCode(String code) {
    return Stream.of(values()).filter(each -> each.code.equals(code)).findFirst();
  }

  /** The names of what it runs. */
  public List<String> variantCodes() {
    return variants().stream().map(Variant::code).toList();
  }

  /** What it runs, in the order in which their class has them. */
  List<Variant> variants() {
    Set<Variant> compared =
        comparisons().stream()
            .flatMap(comparison -> Stream.of(comparison.variant(), comparison.other()))
            .collect(Collectors.toCollection(HashSet::new));
    List<? extends Variant> all =
        switch (this) {
          case FLOOR, HEAVY_HITTERS, POISON -> List.of(RequestVariant.values());
          case TRENDING_SONGS -> List.of(PlayVariant.values());
          case RATE_COUNTING -> List.of(LimitVariant.values());
          case RECONCILIATION -> List.of(EntryVariant.values());
          case LOG_INGESTION -> List.of(LogVariant.values());
          case LOCATION_FANOUT -> List.of(LocationVariant.values());
          case ADAPTERS -> List.of(FileVariant.values());
          case STATE -> StateVariant.all();
          case SINKS -> List.of(SinkVariant.values());
        };
    return all.stream()
        .filter(variant -> variant.standsAlone() || compared.contains(variant))
        .collect(Collectors.toUnmodifiableList());
  }

  /** Makes what the variants read. */
  Testbed open(Testbed.Site site, BenchmarkRun.Scale scale)
      throws IOException, InterruptedException {
    return switch (this) {
      case FLOOR, HEAVY_HITTERS -> RequestTestbed.open(site, scale, false);
      case POISON -> RequestTestbed.open(site, scale, true);
      case TRENDING_SONGS -> PlayTestbed.open(site, scale);
      case RATE_COUNTING -> LimitTestbed.open(site, scale);
      case RECONCILIATION -> EntryTestbed.open(site, scale);
      case LOG_INGESTION -> LogTestbed.open(site, scale);
      case LOCATION_FANOUT -> LocationTestbed.open(site, scale);
      case ADAPTERS -> FileTestbed.open(site, scale);
      case STATE -> StateTestbed.open(site, scale);
      case SINKS -> SinkTestbed.open(site, scale);
    };
  }

  /** The ratios that it prints. */
  List<Comparison> comparisons() {
    return switch (this) {
      case FLOOR ->
          List.of(
              Comparison.of(RequestVariant.RAW, RequestVariant.FLOOR),
              Comparison.of(RequestVariant.OWN, RequestVariant.FLOOR),
              Comparison.of(RequestVariant.PROJECTED, RequestVariant.FLOOR),
              Comparison.of(RequestVariant.EXCHANGE, RequestVariant.FLOOR));
      case HEAVY_HITTERS ->
          List.of(
              new Comparison(RequestVariant.HEAVY_HITTERS, RequestVariant.FLOOR, 0.95),
              new Comparison(RequestVariant.HEAVY_HITTERS, RequestVariant.OWN, 0.9),
              Comparison.of(RequestVariant.HEAVY_HITTERS, RequestVariant.PROJECTED),
              new Comparison(RequestVariant.SLIDING, RequestVariant.HEAVY_HITTERS, 0.95),
              new Comparison(RequestVariant.HEAVY_HITTERS, RequestVariant.FLINK_SQL, 3),
              new Comparison(
                  RequestVariant.HEAVY_HITTERS_PARSED, RequestVariant.FLINK_SQL_PARSED, 8),
              new Comparison(RequestVariant.HEAVY_HITTERS, RequestVariant.KAFKA_STREAMS, 8));
      case POISON ->
          List.of(new Comparison(RequestVariant.POISONED, RequestVariant.HEAVY_HITTERS, 0.9));
      case TRENDING_SONGS ->
          List.of(
              new Comparison(PlayVariant.UNCAPPED, PlayVariant.FLOOR, 0.8),
              new Comparison(PlayVariant.TRENDING_SONGS, PlayVariant.EXCHANGE, 0.6),
              new Comparison(PlayVariant.SLIDING, PlayVariant.TUMBLING, 0.95),
              new Comparison(PlayVariant.WINDOWED, PlayVariant.FLINK_SQL, 3));
      case RATE_COUNTING ->
          List.of(
              Comparison.of(LimitVariant.EXCHANGE, LimitVariant.FLOOR),
              Comparison.of(LimitVariant.ANSWERED, LimitVariant.EXCHANGE),
              new Comparison(LimitVariant.LEASES, LimitVariant.EXCHANGE, 0.7),
              Comparison.of(LimitVariant.LEASES, LimitVariant.ANSWERED),
              Comparison.of(LimitVariant.FORGETFUL, LimitVariant.EXCHANGE),
              Comparison.of(LimitVariant.EXACT, LimitVariant.EXCHANGE));
      case RECONCILIATION ->
          List.of(
              Comparison.of(EntryVariant.OPERATORS, EntryVariant.EXCHANGE),
              new Comparison(EntryVariant.OPERATORS, EntryVariant.CO_PROCESS, 6),
              new Comparison(EntryVariant.OPERATORS, EntryVariant.INTERVAL_JOIN, 4),
              Comparison.of(EntryVariant.OPERATORS_30D, EntryVariant.CO_PROCESS_30D),
              Comparison.of(EntryVariant.OPERATORS_30D, EntryVariant.CO_PROCESS),
              Comparison.of(EntryVariant.OPERATORS_30D, EntryVariant.INTERVAL_JOIN),
              new Comparison(EntryVariant.OPERATORS_ALONE, EntryVariant.CO_PROCESS_ALONE, 0.9),
              new Comparison(EntryVariant.RECONCILIATION, EntryVariant.FLINK_SQL, 2.5));
      case LOG_INGESTION ->
          List.of(
              Comparison.of(LogVariant.RAW, LogVariant.FLOOR),
              Comparison.of(LogVariant.EXCHANGE, LogVariant.FLOOR),
              new Comparison(LogVariant.INGEST, LogVariant.FLOOR, 0.85),
              new Comparison(LogVariant.ARCHIVED, LogVariant.FLOOR, 0.7),
              Comparison.of(LogVariant.LOG_INGESTION, LogVariant.FLOOR),
              new Comparison(LogVariant.JSON, LogVariant.READ_TREE, 2),
              new Comparison(LogVariant.DECLARED, LogVariant.READ_TREE, 3),
              Comparison.of(LogVariant.LOGFMT, LogVariant.READ_TREE),
              Comparison.of(LogVariant.CSV, LogVariant.READ_TREE),
              Comparison.of(LogVariant.COMBINED, LogVariant.READ_TREE),
              Comparison.of(LogVariant.RFC3164, LogVariant.READ_TREE),
              Comparison.of(LogVariant.RFC5424, LogVariant.READ_TREE),
              Comparison.of(LogVariant.LOG4J, LogVariant.READ_TREE),
              Comparison.of(LogVariant.PATTERN, LogVariant.READ_TREE));
      case LOCATION_FANOUT ->
          List.of(
              new Comparison(LocationVariant.OPERATORS, LocationVariant.MAP_STATE, 10),
              Comparison.of(LocationVariant.OPERATORS_ORDERED, LocationVariant.MAP_STATE_ORDERED),
              new Comparison(
                  LocationVariant.LOCATION_FANOUT, LocationVariant.MAP_STATE_KAFKA, 2.5));
      case ADAPTERS ->
          List.of(
              Comparison.of(FileVariant.CSV, FileVariant.CSV_JACKSON),
              Comparison.of(FileVariant.JSONL, FileVariant.JSONL_JACKSON));
      case STATE -> StateVariant.comparisons();
      case SINKS ->
          List.of(
              new Comparison(SinkVariant.REDIS_SORTED_SET, SinkVariant.REDIS_SORTED_SET_LOOP, 0.8),
              new Comparison(SinkVariant.REDIS_STRING, SinkVariant.REDIS_STRING_LOOP, 0.8),
              new Comparison(SinkVariant.POSTGRES, SinkVariant.POSTGRES_LOOP, 0.8),
              new Comparison(SinkVariant.CASSANDRA, SinkVariant.CASSANDRA_LOOP, 0.8),
              new Comparison(SinkVariant.OPENSEARCH, SinkVariant.OPENSEARCH_LOOP, 0.8),
              new Comparison(SinkVariant.S3, SinkVariant.S3_LOOP, 0.8),
              new Comparison(SinkVariant.KAFKA, SinkVariant.KAFKA_LOOP, 0.8),
              new Comparison(SinkVariant.EXACTLY_ONCE, SinkVariant.AT_LEAST_ONCE, 0.9));
    };
  }

  /**
   * The order of a round: each round begins with the next of all, so that none always has the same
   * neighbour's heat or the same place.
   *
   * @param round from 0
   */
  static <T> List<T> order(List<T> all, int round) {
    int first = round % all.size();
    return Stream.concat(all.subList(first, all.size()).stream(), all.subList(0, first).stream())
        .toList();
  }
}
