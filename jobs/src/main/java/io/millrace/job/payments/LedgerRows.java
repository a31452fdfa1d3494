package io.millrace.job.payments;

import io.millrace.operator.audit.ChainLink;
import io.millrace.operator.reconcile.Aged;
import io.millrace.operator.reconcile.Claim;
import io.millrace.operator.reconcile.LedgerEntry;
import io.millrace.operator.reconcile.Notice;
import io.millrace.operator.reconcile.OpenEntry;
import io.millrace.operator.reconcile.PairBreak;
import io.millrace.operator.reconcile.PairMatch;
import io.millrace.operator.reconcile.PairRule;
import io.millrace.operator.reconcile.PairRule.Stage;
import io.millrace.operator.reconcile.ReconciledMatch;
import io.millrace.operator.reconcile.Resolution;
import io.millrace.operator.reconcile.ResolutionOutcome;
import io.millrace.operator.reconcile.StageKind;
import io.millrace.operator.reconcile.Suggestion;
import io.millrace.operator.reconcile.TieOut;
import io.millrace.schema.codec.IsoDurations;
import io.millrace.schema.payments.AuditRecorded;
import io.millrace.schema.payments.BreakEscalated;
import io.millrace.schema.payments.BreakPublished;
import io.millrace.schema.payments.BreakStep;
import io.millrace.schema.payments.FeeAgreed;
import io.millrace.schema.payments.LedgerEntryRecorded;
import io.millrace.schema.payments.MatchPublished;
import io.millrace.schema.payments.MatchRuleSet;
import io.millrace.schema.payments.MatchStage;
import io.millrace.schema.payments.MatchSuggested;
import io.millrace.schema.payments.MatchedEntry;
import io.millrace.schema.payments.OpenPublished;
import io.millrace.schema.payments.RateQuoted;
import io.millrace.schema.payments.ResolutionAnswered;
import io.millrace.schema.payments.ResolutionMade;
import io.millrace.schema.payments.TieOutPublished;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What comes in as reconciliation takes it, and what it says as rows. */
final class LedgerRows {
  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
  private static final int CODE_LENGTH = 3;
  private static final String SEPARATOR = "\u0000";
  private static final String ABSENT = "\u0001";

  private LedgerRows() {}

  static Claim claim(LedgerEntryRecorded entry) {
    LedgerEntry taken =
        new LedgerEntry(
            entry.entryId(),
            entry.ledger(),
            entry.reference() == null ? "" : LedgerEntry.normalised(entry.reference()),
            entry.at(),
            entry.valueDate() == null
                ? Math.floorDiv(entry.at(), DAY_MILLIS)
                : LocalDate.parse(entry.valueDate()).toEpochDay(),
            entry.amountMinor(),
            entry.currency(),
            text(entry.counterparty()));
    return new Claim(entry.entryId(), taken, bodyHash(entry), null);
  }

  /** Differs where any field does. */
  private static long bodyHash(LedgerEntryRecorded entry) {
    return LedgerEntry.hash(
        String.join(
            SEPARATOR,
            entry.ledger(),
            orAbsent(entry.reference()),
            String.valueOf(entry.at()),
            orAbsent(entry.valueDate()),
            String.valueOf(entry.amountMinor()),
            entry.currency(),
            orAbsent(entry.counterparty()),
            orAbsent(entry.description())));
  }

  private static String orAbsent(@Nullable String text) {
    return text == null ? ABSENT : text;
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  static Notice notice(MatchRuleSet rule) {
    List<Stage> stages = PairRule.EXACT_ONLY;
    if (rule.stages() != null && !rule.stages().isEmpty()) {
      stages = new ArrayList<>(rule.stages().size());
      for (MatchStage stage : rule.stages()) {
        stages.add(stage(stage));
      }
    }
    return Notice.of(
        new PairRule(
            rule.ruleId(),
            rule.version(),
            rule.at(),
            rule.left(),
            rule.right(),
            stages,
            rule.window() == null
                ? PairRule.DEFAULT_WINDOW_MILLIS
                : IsoDurations.parse(rule.window()).toMillis(),
            rule.deleted() != null && rule.deleted()));
  }

  private static Stage stage(MatchStage stage) {
    return new Stage(
        StageKind.valueOf(stage.kind().name()),
        stage.amountFloorMinor() == null ? 0 : stage.amountFloorMinor(),
        stage.amountPercent() == null ? 0 : stage.amountPercent(),
        stage.dateDays() == null ? PairRule.ANY_DAYS : stage.dateDays());
  }

  static Notice notice(RateQuoted rate) {
    String pair = rate.pair();
    return Notice.rate(
        pair.substring(0, CODE_LENGTH), pair.substring(CODE_LENGTH + 1), rate.at(), rate.rate());
  }

  static Notice notice(FeeAgreed fee) {
    return Notice.fee(
        fee.feeId(),
        fee.ledger(),
        fee.currency(),
        fee.at(),
        fee.percent() == null ? 0 : fee.percent(),
        fee.fixedMinor() == null ? 0 : fee.fixedMinor());
  }

  static Resolution resolution(ResolutionMade made) {
    return new Resolution(
        made.resolutionId(),
        made.at(),
        Resolution.Action.valueOf(made.action().name()),
        made.entryIds() == null ? List.of() : made.entryIds(),
        text(made.matchId()),
        text(made.user()),
        text(made.note()));
  }

  static MatchPublished match(ReconciledMatch reconciled) {
    PairMatch match = reconciled.match();
    List<MatchedEntry> entries = new ArrayList<>(reconciled.entries().size());
    for (LedgerEntry entry : reconciled.entries()) {
      entries.add(
          new MatchedEntry(
              entry.entryId(), entry.ledger(), entry.amountMinor(), entry.currency(), entry.at()));
    }
    return new MatchPublished(
        match.matchId(),
        match.ruleId(),
        match.stage().code(),
        entries,
        match.varianceMinor(),
        match.currency(),
        match.at(),
        match.revision(),
        match.matched() ? "matched" : "unmatched");
  }

  static BreakPublished broken(PairBreak broken) {
    List<BreakStep> history = new ArrayList<>(broken.history().size());
    for (PairBreak.Step step : broken.history()) {
      history.add(
          new BreakStep(step.at(), step.action(), orNull(step.user()), orNull(step.note())));
    }
    return new BreakPublished(
        broken.breakId(),
        broken.ruleId(),
        broken.revision(),
        broken.type().code(),
        broken.left(),
        broken.right(),
        broken.entryIds(),
        broken.amountMinor(),
        broken.currency(),
        broken.openedAt(),
        broken.state().code(),
        history);
  }

  static BreakEscalated escalation(Aged aged) {
    PairBreak broken = aged.broken();
    return new BreakEscalated(
        broken.breakId(),
        broken.age().code(),
        aged.at(),
        broken.ruleId(),
        broken.type().code(),
        broken.left(),
        broken.right(),
        broken.entryIds(),
        broken.amountMinor(),
        broken.currency(),
        broken.openedAt());
  }

  static MatchSuggested suggestion(Suggestion suggestion) {
    return new MatchSuggested(
        suggestion.suggestionId(),
        suggestion.ruleId(),
        suggestion.entryIds(),
        suggestion.confidence(),
        suggestion.varianceMinor(),
        suggestion.currency(),
        suggestion.at());
  }

  static OpenPublished open(OpenEntry open) {
    return new OpenPublished(
        open.entry().entryId(), open.entry().ledger(), orNull(open.ruleId()), open.entry().at());
  }

  static TieOutPublished tieOut(TieOut tieOut) {
    return new TieOutPublished(
        LocalDate.ofEpochDay(tieOut.day()).toString(),
        tieOut.left(),
        tieOut.right(),
        tieOut.currency(),
        tieOut.ruleId(),
        tieOut.leftSum(),
        tieOut.rightSum(),
        tieOut.matched(),
        tieOut.open(),
        tieOut.breaks(),
        tieOut.revision());
  }

  static AuditRecorded audit(ChainLink link) {
    return new AuditRecorded(
        String.valueOf(link.chain()),
        link.seq(),
        link.prevHash(),
        link.hash(),
        link.at(),
        link.item().kind(),
        link.item().body());
  }

  static ResolutionAnswered answer(ResolutionOutcome outcome) {
    Resolution made = outcome.resolution();
    return new ResolutionAnswered(
        made.resolutionId(),
        made.at(),
        made.action().code(),
        made.entryIds(),
        orNull(made.matchId()),
        orNull(made.user()),
        orNull(made.note()),
        outcome.refusal().isEmpty() ? "applied" : "refused",
        orNull(outcome.refusal()));
  }
}
