package io.millrace.local.bench;

import io.millrace.schema.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** One of the programs that read lines of logs. */
enum LogVariant implements Variant {
  /** Bytes are read from Kafka and discarded. */
  RAW("raw", Kind.READ),
  /** They are read with Jackson's streaming parser and discarded. */
  FLOOR("floor", Kind.READ),
  /** The same, with an exchange by service before they are discarded. */
  EXCHANGE("exchange", Kind.READ),
  /** Log ingestion without an exchange, a topic of records and stores. */
  INGEST("ingest", Kind.JOB),
  /** The same with its archive. */
  ARCHIVED("archived", Kind.JOB),
  /** Log ingestion with its defaults, without stores. */
  LOG_INGESTION("log-ingestion", Kind.JOB),
  /** {@link #INGEST}, live, while lines come much faster for half a minute. */
  BURST("burst", Kind.LIVE),
  /** Jackson's tree of lines in memory. */
  READ_TREE("read-tree", Kind.PARSE),
  /** Log ingestion's parser over the same. */
  JSON("json", Kind.PARSE),
  /** The same, of a source that declares six fields. */
  DECLARED("json-declared", Kind.PARSE),
  /** The parser over lines of another format. */
  LOGFMT("logfmt", Kind.PARSE),
  /** Likewise. */
  CSV("csv", Kind.PARSE),
  /** Likewise. */
  COMBINED("combined", Kind.PARSE),
  /** Likewise. */
  RFC3164("rfc3164", Kind.PARSE),
  /** Likewise. */
  RFC5424("rfc5424", Kind.PARSE),
  /** Likewise. */
  LOG4J("log4j", Kind.PARSE),
  /** Likewise. */
  PATTERN("pattern", Kind.PARSE);

  /** The fields that {@link #DECLARED} keeps beside the parts of a record. */
  static final List<String> DECLARED_FIELDS =
      List.of("logger", "method", "url", "status", "millis", "client");

  /** Lines that are read over and over. */
  static final int LINES_IN_MEMORY = 5_000;

  private static final List<String> JOB_ARGUMENTS =
      List.of(
          "--create-topics", "true", "--stores", "none", "--order", "arrival", "--format", "json");

  /** What {@link #INGEST} is told beside where to read. */
  static final List<String> INGEST_ARGUMENTS =
      Stream.concat(
              JOB_ARGUMENTS.stream(),
              Stream.of("--dedup", "false", "--publish-records", "false", "--min-level", "INFO"))
          .toList();

  private final String code;
  private final Kind kind;

  LogVariant(String code, Kind kind) {
    this.code = code;
    this.kind = kind;
  }

  /** What is done with lines. */
  enum Kind {
    /** They are read from Kafka and discarded. */
    READ,
    /** They are ingested. */
    JOB,
    /** They are ingested as they are made. */
    LIVE,
    /** They are read from memory, over and over. */
    PARSE
  }

  @Override
  public String code() {
    return code;
  }

  Kind kind() {
    return kind;
  }

  @Override
  public boolean standsAlone() {
    return this == BURST;
  }

  @Override
  public List<String> description() {
    return switch (this) {
      case RAW -> List.of("reads bytes and discards them");
      case FLOOR -> List.of("reads JSON with Jackson's streaming parser and discards");
      case EXCHANGE -> List.of("the same, with an exchange by service before it discards");
      case INGEST ->
          List.of(
              "the job: reads, redacts, routes by level, counts, accounts and dead-letters",
              "--dedup false --publish-records false --min-level INFO --stores none");
      case ARCHIVED -> List.of("the same with --archive");
      case BURST ->
          List.of(
              String.format(
                  Locale.ROOT,
                  "ingest, live: %,d lines a second, and %d times as many for %d s",
                  LogBurst.RATE,
                  LogBurst.TIMES,
                  LogBurst.SECONDS));
      case LOG_INGESTION -> List.of("the job with its defaults, exactly once, without stores");
      case READ_TREE -> List.of("ObjectMapper.readTree over lines in memory, one task");
      case JSON -> List.of("the job's parser over the same, with all fields");
      case DECLARED -> List.of("the same of a source with six fields declared");
      default -> List.of("the job's parser over lines of that format");
    };
  }

  /** The topics that it writes. */
  List<String> outputs() {
    return kind != Kind.JOB && kind != Kind.LIVE
        ? List.of()
        : List.of(
            Topics.LOG_INGESTION_RECORDS.name(),
            Topics.LOG_INGESTION_METRICS.name(),
            Topics.LOG_INGESTION_ALERTS.name(),
            Topics.LOG_INGESTION_LEDGER.name(),
            Topics.LOG_INGESTION_LATE.name(),
            Topics.LOG_INGESTION_LIVE.name(),
            Topics.LOGS_RAW_DLQ.name());
  }

  String mainClass() {
    return switch (kind) {
      case READ -> "io.millrace.job.bench.LogFloorJob";
      case JOB, LIVE -> "io.millrace.job.logs.LogIngestionJob";
      case PARSE -> "io.millrace.job.bench.LineParserJob";
    };
  }

  /** The format of its lines. */
  String format() {
    return switch (this) {
      case READ_TREE, DECLARED -> JSON.code;
      default -> kind == Kind.PARSE ? code : JSON.code;
    };
  }

  /** The file with its lines. */
  Path lines(Path directory) {
    return directory.resolve(format() + ".lines");
  }

  /** The directory that it archives in. */
  Path archive(Path directory) {
    return directory.resolve("archive");
  }

  List<String> arguments(Path directory, int records) {
    List<String> arguments = new ArrayList<>();
    switch (kind) {
      case READ -> arguments.addAll(List.of("--variant", code));
      case LIVE -> throw new IllegalStateException("it has arguments of its own");
      case JOB -> {
        arguments.addAll(this == LOG_INGESTION ? JOB_ARGUMENTS : INGEST_ARGUMENTS);
        if (this == ARCHIVED) {
          arguments.addAll(List.of("--archive", archive(directory).toString()));
        }
      }
      case PARSE -> {
        arguments.addAll(
            List.of(
                "--lines",
                lines(directory).toString(),
                "--format",
                format(),
                "--rows",
                String.valueOf(records)));
        if (this == READ_TREE) {
          arguments.addAll(List.of("--reader", "read-tree"));
        }
        if (this == DECLARED) {
          arguments.addAll(List.of("--fields", String.join(",", DECLARED_FIELDS)));
        }
        if (this == CSV) {
          arguments.addAll(List.of("--header", LogLines.HEADER));
        }
        if (this == PATTERN) {
          arguments.addAll(List.of("--pattern", LogLines.PATTERN));
        }
      }
    }
    return arguments;
  }
}
