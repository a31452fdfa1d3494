package io.millrace.job.payments;

import io.millrace.connector.postgres.PostgresRow;
import io.millrace.connector.postgres.PostgresScript;
import io.millrace.connector.postgres.PostgresTable;
import io.millrace.connector.postgres.PostgresTable.Column;
import io.millrace.connector.postgres.PostgresType;
import io.millrace.schema.Topics;
import io.millrace.schema.payments.BreakPublished;
import io.millrace.schema.payments.MatchPublished;
import io.millrace.schema.payments.TieOutPublished;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** The tables of PostgreSQL that a back office works with: the last revision of each row. */
final class BackOffice {
  static final PostgresScript SCRIPT = new PostgresScript(BackOffice.class, "reconciliation.sql");

  static final PostgresTable MATCHES =
      new PostgresTable(
          "recon_matches",
          texts("match_id", "rule_id"),
          List.of(
              text("stage"),
              text("state"),
              new Column("variance_minor", PostgresType.BIGINT),
              text("currency"),
              new Column("decided_at", PostgresType.TIMESTAMP),
              new Column("body", PostgresType.JSONB)),
          "revision");

  static final PostgresTable BREAKS =
      new PostgresTable(
          "recon_breaks",
          texts("break_id"),
          List.of(
              text("rule_id"),
              text("type"),
              text("state"),
              text("ledger_left"),
              text("ledger_right"),
              new Column("amount_minor", PostgresType.BIGINT),
              text("currency"),
              new Column("opened_at", PostgresType.TIMESTAMP),
              new Column("body", PostgresType.JSONB)),
          "revision");

  static final PostgresTable TIE_OUTS =
      new PostgresTable(
          "recon_tie_outs",
          texts("rule_id", "day", "ledger_left", "ledger_right", "currency"),
          List.of(
              new Column("left_sum", PostgresType.BIGINT),
              new Column("right_sum", PostgresType.BIGINT),
              new Column("matched", PostgresType.BIGINT),
              new Column("open", PostgresType.BIGINT),
              new Column("breaks", PostgresType.BIGINT)),
          "revision");

  private BackOffice() {}

  static PostgresRow row(MatchPublished match) {
    return MATCHES.row(
        List.of(match.matchId(), match.ruleId()),
        match.revision(),
        match.stage(),
        match.state(),
        match.varianceMinor(),
        match.currency(),
        Instant.ofEpochMilli(match.at()),
        json(Topics.RECONCILIATION_MATCHES.codec().encode(match)));
  }

  static PostgresRow row(BreakPublished broken) {
    return BREAKS.row(
        List.of(broken.breakId()),
        broken.revision(),
        broken.ruleId(),
        broken.type(),
        broken.state(),
        broken.ledgerLeft(),
        broken.ledgerRight(),
        broken.amountMinor(),
        broken.currency(),
        Instant.ofEpochMilli(broken.openedAt()),
        json(Topics.RECONCILIATION_BREAKS.codec().encode(broken)));
  }

  static PostgresRow row(TieOutPublished tieOut) {
    return TIE_OUTS.row(
        List.of(tieOut.ruleId(), tieOut.day(), tieOut.left(), tieOut.right(), tieOut.currency()),
        tieOut.revision(),
        tieOut.leftSum(),
        tieOut.rightSum(),
        tieOut.matched(),
        tieOut.open(),
        tieOut.breaks());
  }

  private static String json(byte[] encoded) {
    return new String(encoded, StandardCharsets.UTF_8);
  }

  private static Column text(String name) {
    return new Column(name, PostgresType.TEXT);
  }

  private static List<Column> texts(String... names) {
    return Arrays.stream(names).map(BackOffice::text).toList();
  }
}
