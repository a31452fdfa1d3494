package io.millrace.job.bench;

import io.millrace.job.JobDescription;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Matches the entries of two ledgers in Flink SQL, see {@link IntervalJoin}. In: {@code
 * recon.entries}. Out: {@code flink-sql.pairs}, a row for each match and each entry without one.
 * State: O(entries of two windows).
 */
public final class LedgerSqlJob {
  static final Topic<JoinedPair> PAIRS =
      new Topic<>(
          "flink-sql.pairs",
          "Two entries that match, or one without another, as Flink SQL joins.",
          JoinedPair.class,
          Topic.Lane.RESULT,
          "leftId",
          Topics.PARTITIONS,
          Topic.Cleanup.DELETE,
          Topic.View.TABLE,
          null);

  static final JobDescription JOB =
      new JobDescription(
          "ledger-sql",
          LedgerSqlJob.class,
          "How fast does Flink SQL match entries?",
          List.of(Topics.RECON_ENTRIES),
          List.of(PAIRS),
          List.of(),
          List.of());

  private static final String SIDE = "(SELECT * FROM entries WHERE ledger = '%s')";

  private LedgerSqlJob() {}

  /**
   * One row of the result.
   *
   * @param leftId id of the left entry; null for none
   * @param rightId id of the right one; null for none
   */
  public record JoinedPair(@Nullable String leftId, @Nullable String rightId) {}

  /** Runs the job. */
  public static void main(String[] args) throws Exception {
    SqlPeer sql = SqlPeer.open(args, JOB);
    sql.source(
        "entries",
        Topics.RECON_ENTRIES.name(),
        "entryId STRING, ledger STRING, reference STRING, amountMinor BIGINT, currency STRING");
    sql.sink("pairs", PAIRS.name(), "leftId STRING, rightId STRING");
    sql.run(
        "INSERT INTO pairs "
            + IntervalJoin.QUERY.formatted(
                SIDE.formatted(PackedEntries.LEFT),
                SIDE.formatted(PackedEntries.RIGHT),
                LedgerJob.WINDOW.toMinutes(),
                "l.entryId, r.entryId"));
  }
}
