package io.millrace.local.bench;

import io.millrace.schema.Topics;
import java.nio.file.Path;
import java.util.List;

/** One of the programs that read web requests. */
enum RequestVariant implements TopicVariant {
  /** Bytes are read from Kafka and discarded. */
  RAW("raw"),
  /** They are decoded with Jackson's streaming parser and discarded. */
  FLOOR("floor"),
  /** They are decoded as every job does and discarded. */
  OWN("own"),
  /** As {@link #OWN}, but of each request no more than heavy hitters needs is made. */
  PROJECTED("projected"),
  /** As {@link #FLOOR}, with an exchange by key before they are discarded. */
  EXCHANGE("exchange"),
  /** Heavy hitters with its defaults, without stores. */
  HEAVY_HITTERS("heavy-hitters"),
  /** The same with 60 times as many windows. */
  SLIDING("sliding"),
  /** Heavy hitters over the same requests, with records among them that are none. */
  POISONED("poisoned"),
  /** The same query in Flink SQL. */
  FLINK_SQL("flink-sql"),
  /** The same query in Kafka Streams. */
  KAFKA_STREAMS("kafka-streams"),
  /** Heavy hitters without Kafka and parsing before it. */
  HEAVY_HITTERS_PARSED("heavy-hitters-parsed"),
  /** Flink SQL without Kafka and parsing before it. */
  FLINK_SQL_PARSED("flink-sql-parsed");

  /** Prefix of the topics of {@link #POISONED}. */
  static final String POISONED_PREFIX = "poisoned.";

  private static final String BENCH = "io.millrace.job.bench.";
  private static final List<String> RANKING_TOPICS =
      List.of(
          Topics.HEAVY_HITTERS_RANKINGS.name(),
          Topics.HEAVY_HITTERS_LATE.name(),
          Topics.WEB_REQUESTS_DLQ.name(),
          Topics.HEAVY_HITTERS_LIVE.name());

  private final String code;

  RequestVariant(String code) {
    this.code = code;
  }

  /** What a variant publishes. */
  enum Result {
    /** Nothing. */
    NONE,
    /** Rows of heavy hitters, each with a window's ranking. */
    RANKINGS,
    /** Rows with one path of a ranking each. */
    RANKED_PATHS
  }

  @Override
  public String code() {
    return code;
  }

  @Override
  public List<String> description() {
    return switch (this) {
      case RAW -> List.of("reads bytes and discards them");
      case FLOOR -> List.of("decodes with Jackson's streaming parser and discards");
      case OWN -> List.of("decodes as every job does, strictly, and discards");
      case PROJECTED -> List.of("the same, but makes only at and path, as heavy hitters does");
      case EXCHANGE -> List.of("as floor, with an exchange by path before it discards");
      case HEAVY_HITTERS -> List.of("the job with its defaults, without stores");
      case SLIDING -> List.of("the same with --slide 5s: each request is in 60 windows");
      case POISONED ->
          List.of("the same requests, and one record of a hundred is none: a dead letter each");
      case FLINK_SQL ->
          List.of(
              "window Top-N over a count in TUMBLE windows; exactly-once sink; RocksDB",
              "mini-batch of 2 s and 5000 rows, TWO_PHASE, object reuse",
              "SQL's Kafka connector and JSON format; only the columns at and path are parsed");
      case KAFKA_STREAMS ->
          List.of(
              "windowed count in RocksDB behind the record cache; a closed window is ranked once",
              StreamsPeer.SETTINGS.toString(),
              "Jackson's streaming parser; only at and path are parsed",
              "its time ends with the last request counted: closing the windows is not in it");
      case HEAVY_HITTERS_PARSED ->
          List.of("heavy hitters over parsed requests that a Flink source makes");
      case FLINK_SQL_PARSED -> List.of("flink-sql over the same, in SQL's own binary form");
    };
  }

  Result result() {
    return switch (this) {
      case RAW, FLOOR, OWN, PROJECTED, EXCHANGE -> Result.NONE;
      case HEAVY_HITTERS, SLIDING, POISONED, HEAVY_HITTERS_PARSED -> Result.RANKINGS;
      case FLINK_SQL, FLINK_SQL_PARSED, KAFKA_STREAMS -> Result.RANKED_PATHS;
    };
  }

  @Override
  public List<String> outputs() {
    return switch (this) {
      case RAW, FLOOR, OWN, PROJECTED, EXCHANGE -> List.of();
      case HEAVY_HITTERS, SLIDING -> RANKING_TOPICS;
      case POISONED -> RANKING_TOPICS.stream().map(POISONED_PREFIX::concat).toList();
      case HEAVY_HITTERS_PARSED -> RANKING_TOPICS.subList(0, 1);
      case FLINK_SQL, FLINK_SQL_PARSED -> List.of("flink-sql.rankings");
      case KAFKA_STREAMS -> List.of(StreamsPeer.OUTPUT);
    };
  }

  /** Distance between the windows that it publishes. */
  long slideMillis() {
    return this == SLIDING ? RequestLoad.WINDOW_MILLIS / 60 : RequestLoad.WINDOW_MILLIS;
  }

  @Override
  public String mainClass() {
    return switch (this) {
      case RAW, FLOOR, OWN, PROJECTED, EXCHANGE -> BENCH + "FloorJob";
      case HEAVY_HITTERS, SLIDING, POISONED -> "io.millrace.job.web.HeavyHittersJob";
      case HEAVY_HITTERS_PARSED -> BENCH + "ParsedHeavyHittersJob";
      case FLINK_SQL, FLINK_SQL_PARSED -> BENCH + "FlinkSqlJob";
      case KAFKA_STREAMS -> throw new IllegalStateException(code + " is no job of Flink");
    };
  }

  /** The file with parsed requests. */
  static Path rows(Path directory) {
    return directory.resolve("parsed-rows");
  }

  @Override
  public List<String> arguments(Path directory) {
    return switch (this) {
      case RAW, FLOOR, OWN, PROJECTED, EXCHANGE -> List.of("--variant", code);
      case HEAVY_HITTERS -> List.of("--create-topics", "true", "--stores", "none");
      case SLIDING ->
          List.of("--create-topics", "true", "--stores", "none", "--slide", slideMillis() + "ms");
      case POISONED ->
          List.of("--create-topics", "true", "--stores", "none", "--topic-prefix", POISONED_PREFIX);
      case FLINK_SQL, KAFKA_STREAMS -> List.of("--create-topics", "true");
      case HEAVY_HITTERS_PARSED, FLINK_SQL_PARSED ->
          List.of("--create-topics", "true", "--rows", rows(directory).toString());
    };
  }
}
