package io.millrace.local.bench;

import io.millrace.schema.Topics;
import java.nio.file.Path;
import java.util.List;

/** One of the programs that match the entries of two ledgers. */
enum EntryVariant implements TopicVariant {
  /** They are exchanged by reference and discarded. */
  EXCHANGE("exchange", "exchange", true),
  /** The operators of reconciliation, which forget about as early as the function does. */
  OPERATORS("operators", "operators", true),
  /** A function with a state for each side and timers. */
  CO_PROCESS("co-process", "co-process", true),
  /** The operators with their default retention. */
  OPERATORS_30D("operators-30d", "operators", true),
  /** Functions that keep ids and entries for as long. */
  CO_PROCESS_30D("co-process-30d", "co-process-kept", true),
  /** A join in Flink SQL. */
  INTERVAL_JOIN("interval-join", "interval-join", true),
  /** The operators where nothing matches. */
  OPERATORS_ALONE("operators-0", "operators", false),
  /** The function where nothing matches. */
  CO_PROCESS_ALONE("co-process-0", "co-process", false),
  /** The job, from topic to topics. */
  RECONCILIATION("reconciliation", "", true),
  /** The join in Flink SQL, from topic to topic. */
  FLINK_SQL("flink-sql", "", true);

  private static final String BENCH = "io.millrace.job.bench.";

  /** What has matched is forgotten at once, as a function by hand does. */
  private static final String SHORT_RETENTION = "0s";

  private final String code;
  private final String matching;
  private final boolean matches;

  EntryVariant(String code, String matching, boolean matches) {
    this.code = code;
    this.matching = matching;
    this.matches = matches;
  }

  @Override
  public String code() {
    return code;
  }

  @Override
  public List<String> description() {
    return switch (this) {
      case EXCHANGE -> List.of("an exchange by reference, and nothing else");
      case OPERATORS ->
          List.of(
              "all operators of reconciliation, --order arrival, --retention 0s: what has matched is",
              "forgotten at once, what is missing after three windows; a repetition is told only until",
              "then");
      case CO_PROCESS ->
          List.of(
              "KeyedCoProcessFunction, a ValueState a side, a timer for each entry that waits, which",
              "is deleted with the state when the other comes; repetitions are not told, and what",
              "has matched or is missed is forgotten at once");
      case OPERATORS_30D ->
          List.of(
              "as operators, with the default --retention of 30 days: no id and no match is forgotten",
              "during the run");
      case CO_PROCESS_30D ->
          List.of(
              "as co-process behind a KeyedProcessFunction that tells repetitions by a ValueState an",
              "id; entries that have matched or are missed are kept in a ValueState a reference; both",
              "with a time to live of 30 days");
      case INTERVAL_JOIN ->
          List.of(
              "full outer join in Flink SQL within the window, rows in its own form; RocksDB;",
              "object reuse; repetitions are not told");
      case OPERATORS_ALONE -> List.of("as operators, where no entry has a match");
      case CO_PROCESS_ALONE -> List.of("as co-process, where no entry has a match");
      case RECONCILIATION ->
          List.of("the job with its defaults, without stores, --order arrival, exactly once");
      case FLINK_SQL ->
          List.of(
              "the join from topic to topic, exactly once; SQL's Kafka connector and JSON format;",
              "only the columns that it needs are parsed");
    };
  }

  /** Whether it is fed in process. */
  boolean isInProcess() {
    return !matching.isEmpty();
  }

  /** Whether entries match. */
  boolean hasMatches() {
    return matches;
  }

  @Override
  public List<String> outputs() {
    return switch (this) {
      case RECONCILIATION ->
          List.of(
              Topics.RECONCILIATION_MATCHES.name(),
              Topics.RECONCILIATION_BREAKS.name(),
              Topics.RECONCILIATION_OPEN.name(),
              Topics.RECONCILIATION_TIEOUT.name(),
              Topics.RECONCILIATION_ESCALATIONS.name(),
              Topics.RECONCILIATION_SUGGESTIONS.name(),
              Topics.RECONCILIATION_AUDIT.name(),
              Topics.RECONCILIATION_LIVE.name(),
              Topics.RECON_ENTRIES_DLQ.name(),
              Topics.RECON_RULES_DLQ.name(),
              Topics.RECON_RESOLUTIONS_DLQ.name(),
              Topics.RECON_RATES_DLQ.name(),
              Topics.RECON_FEES_DLQ.name());
      case FLINK_SQL -> List.of("flink-sql.pairs");
      default -> List.of();
    };
  }

  @Override
  public String mainClass() {
    return switch (this) {
      case RECONCILIATION -> "io.millrace.job.payments.ReconciliationJob";
      case FLINK_SQL -> BENCH + "LedgerSqlJob";
      default -> BENCH + "LedgerJob";
    };
  }

  @Override
  public List<String> arguments(Path directory) {
    return switch (this) {
      case RECONCILIATION ->
          List.of("--create-topics", "true", "--stores", "none", "--order", "arrival");
      case FLINK_SQL -> List.of("--create-topics", "true");
      case OPERATORS_30D, CO_PROCESS_30D -> inProcess(directory, "30d");
      default -> inProcess(directory, SHORT_RETENTION);
    };
  }

  private List<String> inProcess(Path directory, String retention) {
    return List.of(
        "--entries",
        file(directory, matches).toString(),
        "--variant",
        matching,
        "--retention",
        retention);
  }

  /** The file of entries that match, or that don't. */
  static Path file(Path directory, boolean matching) {
    return directory.resolve(matching ? "pairs.entries" : "alone.entries");
  }
}
