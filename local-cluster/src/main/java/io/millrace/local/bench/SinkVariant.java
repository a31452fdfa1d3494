package io.millrace.local.bench;

import java.util.ArrayList;
import java.util.List;

/** One of the programs that write rows. */
enum SinkVariant implements Variant {
  /** A sorted set and its hash for each row, by the sink. */
  REDIS_SORTED_SET("redis-sorted-set", Server.REDIS, "sink"),
  /** The same by hand. */
  REDIS_SORTED_SET_LOOP("redis-sorted-set-loop", Server.REDIS, "loop"),
  /** A string and its version for each row, by the sink. */
  REDIS_STRING("redis-string", Server.REDIS, "sink"),
  /** The same by hand. */
  REDIS_STRING_LOOP("redis-string-loop", Server.REDIS, "loop"),
  /** A row of a table for each row, by the sink. */
  POSTGRES("postgres", Server.POSTGRES, "sink"),
  /** The same by hand. */
  POSTGRES_LOOP("postgres-loop", Server.POSTGRES, "loop"),
  /** A row of a history for each row, by the sink. */
  CASSANDRA("cassandra", Server.CASSANDRA, "sink"),
  /** The same by hand. */
  CASSANDRA_LOOP("cassandra-loop", Server.CASSANDRA, "loop"),
  /** A document for each row, by the sink. */
  OPENSEARCH("opensearch", Server.OPENSEARCH, "sink"),
  /** The same by hand. */
  OPENSEARCH_LOOP("opensearch-loop", Server.OPENSEARCH, "loop"),
  /** A line of an archive for each row. */
  S3("s3", Server.S3, "sink"),
  /** A line of an object for each row, by hand. */
  S3_LOOP("s3-loop", Server.S3, "loop"),
  /** A record for each row, by the exactly-once sink. */
  KAFKA("kafka", Server.KAFKA, "sink"),
  /** The same by hand. */
  KAFKA_LOOP("kafka-loop", Server.KAFKA, "loop"),
  /** Passes records on, exactly once. */
  EXACTLY_ONCE("exactly-once", Server.KAFKA, "pass-through"),
  /** Passes records on, at least once. */
  AT_LEAST_ONCE("at-least-once", Server.KAFKA, "pass-through");

  private static final String BENCH = "io.millrace.job.bench.";

  private final String code;
  private final Server server;
  private final String writer;

  SinkVariant(String code, Server server, String writer) {
    this.code = code;
    this.server = server;
    this.writer = writer;
  }

  /** What is written to. */
  enum Server {
    REDIS,
    POSTGRES,
    CASSANDRA,
    OPENSEARCH,
    S3,
    KAFKA
  }

  @Override
  public String code() {
    return code;
  }

  @Override
  public List<String> description() {
    return switch (this) {
      case REDIS_SORTED_SET ->
          List.of("StoreWriter: a sorted set of four members and its hash for each row");
      case REDIS_SORTED_SET_LOOP, REDIS_STRING_LOOP ->
          List.of("a loop: calls of the same script, 5,000 in a pipeline");
      case REDIS_STRING -> List.of("StoreWriter: a string and its version for each row");
      case POSTGRES -> List.of("StoreWriter: an upsert guarded by a version for each row");
      case POSTGRES_LOOP ->
          List.of("a loop: the same statement, prepared once, for 5,000 rows at a time");
      case CASSANDRA -> List.of("StoreWriter: an insert with its own time for each row");
      case CASSANDRA_LOOP ->
          List.of("a loop: the same insert, in batches by partition, 128 of them always under way");
      case OPENSEARCH -> List.of("StoreWriter: a document with its own version for each row");
      case OPENSEARCH_LOOP -> List.of("a loop: the same bulk requests, of 5,000 documents");
      case S3 ->
          List.of(
              "the archive: a line of JSON for each row, in files of 16 MiB and more that are read"
                  + " back when they are finished, with a checkpoint");
      case S3_LOOP ->
          List.of(
              "a loop around Amazon's client: the same lines, in objects that are finished with each"
                  + " checkpoint, of parts of 8 MiB, two of them under way");
      case KAFKA -> List.of("the exactly-once sink: a record for each row");
      case KAFKA_LOOP ->
          List.of("a loop: one transactional producer, which commits with each checkpoint");
      case EXACTLY_ONCE -> List.of("a topic's bytes into another topic, exactly once");
      case AT_LEAST_ONCE -> List.of("the same, at least once");
    };
  }

  Server server() {
    return server;
  }

  /** Whether it passes on what another topic has. */
  boolean isPassThrough() {
    return this == EXACTLY_ONCE || this == AT_LEAST_ONCE;
  }

  String mainClass() {
    return BENCH
        + switch (server) {
          case KAFKA -> "TopicSinkJob";
          case S3 -> "ArchiveSinkJob";
          default -> "SinkJob";
        };
  }

  /** What the job is told beside where the server is. */
  List<String> arguments(int rows) {
    List<String> arguments =
        new ArrayList<>(List.of("--writer", writer, "--rows", String.valueOf(rows)));
    if (server != Server.KAFKA && server != Server.S3) {
      arguments.addAll(List.of("--sink", code.replace("-loop", "")));
    } else if (isPassThrough()) {
      arguments.addAll(List.of("--guarantee", code));
    }
    return arguments;
  }
}
