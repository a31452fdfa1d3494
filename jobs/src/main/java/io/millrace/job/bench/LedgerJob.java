package io.millrace.job.bench;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobEnvironment;
import io.millrace.operator.reconcile.Claim;
import io.millrace.operator.reconcile.LedgerEntry;
import io.millrace.operator.reconcile.Notice;
import io.millrace.operator.reconcile.OpenEntry;
import io.millrace.operator.reconcile.PairBreak;
import io.millrace.operator.reconcile.PairRule;
import io.millrace.operator.reconcile.ReconcileSpec;
import io.millrace.operator.reconcile.ReconciledMatch;
import io.millrace.operator.reconcile.Reconciliation;
import io.millrace.operator.reconcile.Reconciliation.Reconciled;
import io.millrace.operator.reconcile.Resolution;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;

/**
 * Matches entries of two ledgers by their references, and discards what comes of it: what matching
 * costs, without Kafka. One task makes the entries. In: {@link KeyFile}, see {@link PackedEntries}.
 * Out: nothing but the accumulators of {@link Discard}: of matches, and of entries that have no
 * match. State: O(entries of a window and the retention).
 */
public final class LedgerJob {
  static final ConfigOption<String> ENTRIES =
      ConfigOptions.key("entries")
          .stringType()
          .noDefaultValue()
          .withDescription("File with the entries. A benchmark makes it.");

  static final ConfigOption<Variant> VARIANT =
      ConfigOptions.key("variant")
          .enumType(Variant.class)
          .defaultValue(Variant.OPERATORS)
          .withDescription("What matches them.");

  static final ConfigOption<Duration> RETENTION =
      ConfigOptions.key("retention")
          .durationType()
          .defaultValue(Duration.ofDays(30))
          .withDescription(
              "How long the operators remember an entry after its window has passed, and"
                  + " co-process-kept one that it has done with; 0s: what has matched is forgotten"
                  + " at once.");

  static final JobDescription JOB =
      new JobDescription(
          "ledger",
          LedgerJob.class,
          "How fast are the entries of two ledgers matched?",
          List.of(),
          List.of(),
          List.of(),
          List.of(ENTRIES, VARIANT, RETENTION));

  /** How far apart entries may be that match. */
  static final Duration WINDOW = Duration.ofMinutes(5);

  private LedgerJob() {}

  /** What matches entries. */
  enum Variant {
    /** Nothing: they are exchanged by reference. */
    EXCHANGE,
    /** The operators of reconciliation, all of them. */
    OPERATORS,
    /** A function with a state for each side, and a timer for each entry that waits. */
    CO_PROCESS,
    /** The same, which keeps ids and entries for as long as the operators do. */
    CO_PROCESS_KEPT,
    /** A join in Flink SQL. */
    INTERVAL_JOIN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Runs the job. */
  public static void main(String[] args) throws Exception {
    JobConfig config = JobConfig.parse(args, JOB);
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    if (config.get(VARIANT) == Variant.INTERVAL_JOIN) {
      // What it puts into the graph names itself.
      env = IntervalJoin.environment();
    }
    build(env, config);
    env.execute(config.get(KafkaOptions.JOB_NAME));
  }

  static void build(StreamExecutionEnvironment env, JobConfig config) {
    env.setParallelism(1);
    DataStream<Long> packed =
        env.fromSource(
                KeySource.of(config.get(ENTRIES)),
                WatermarkStrategy.<Long>forMonotonousTimestamps()
                    .withTimestampAssigner((entry, none) -> PackedEntries.at(entry)),
                "entries",
                Types.LONG)
            .uid("entries-source");
    switch (config.get(VARIANT)) {
      case EXCHANGE ->
          Discard.all(entries(packed).keyBy(LedgerEntry::reference), PackedEntries::number);
      case OPERATORS -> operators(env, packed, config);
      case CO_PROCESS -> PlainMatch.add(entries(packed), WINDOW);
      case CO_PROCESS_KEPT -> KeptMatch.add(claims(packed), WINDOW, config.get(RETENTION));
      case INTERVAL_JOIN -> IntervalJoin.add(env, packed, WINDOW);
    }
  }

  private static DataStream<LedgerEntry> entries(DataStream<Long> packed) {
    return packed
        .map(PackedEntries::entry)
        .returns(TypeInformation.of(LedgerEntry.class))
        .uid("entries");
  }

  private static DataStream<Claim> claims(DataStream<Long> packed) {
    return packed.map(PackedEntries::claim).returns(TypeInformation.of(Claim.class)).uid("claims");
  }

  private static void operators(
      StreamExecutionEnvironment env, DataStream<Long> packed, JobConfig config) {
    Reconciled reconciled =
        Reconciliation.of(
            claims(packed),
            none(env, TypeInformation.of(Resolution.class), "resolutions"),
            env.fromData(TypeInformation.of(Notice.class), Notice.of(rule())).uid("rules"),
            new ReconcileSpec(
                config.get(RETENTION).toMillis(), false, Duration.ofHours(1).toMillis()),
            "reconciled");
    Discard.some(reconciled.matches(), LedgerJob::numberOf, "discard-matches");
    Discard.others(reconciled.breaks(), LedgerJob::numberOf, "discard-breaks");
    Discard.others(reconciled.open(), LedgerJob::numberOf, "discard-open");
  }

  private static <T> DataStream<T> none(
      StreamExecutionEnvironment env, TypeInformation<T> type, String uid) {
    return env.fromSequence(0, 0)
        .uid(uid + "-source")
        .flatMap((Long number, Collector<T> out) -> {})
        .returns(type)
        .uid(uid);
  }

  private static PairRule rule() {
    return new PairRule(
        "left-right",
        1,
        0,
        PackedEntries.LEFT,
        PackedEntries.RIGHT,
        PairRule.EXACT_ONLY,
        WINDOW.toMillis(),
        false);
  }

  private static long numberOf(ReconciledMatch match) {
    return PackedEntries.number(match.entries().get(0));
  }

  private static long numberOf(PairBreak broken) {
    return PackedEntries.number(broken.entryIds().get(0));
  }

  private static long numberOf(OpenEntry open) {
    return PackedEntries.number(open.entry());
  }
}
