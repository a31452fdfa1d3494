package io.millrace.job.payments;

import io.millrace.connector.postgres.PostgresRow;
import io.millrace.connector.postgres.PostgresTable;
import io.millrace.job.Endpoints;
import io.millrace.job.Ingest;
import io.millrace.job.Ingest.Ingested;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.LiveLane;
import io.millrace.job.StoreAccess;
import io.millrace.operator.audit.AuditChains;
import io.millrace.operator.audit.AuditItem;
import io.millrace.operator.live.ViewContents;
import io.millrace.operator.order.Unawaited;
import io.millrace.operator.reconcile.Aged;
import io.millrace.operator.reconcile.Claim;
import io.millrace.operator.reconcile.Notice;
import io.millrace.operator.reconcile.ReconcileSpec;
import io.millrace.operator.reconcile.Reconciliation;
import io.millrace.operator.reconcile.Reconciliation.Reconciled;
import io.millrace.operator.reconcile.Resolution;
import io.millrace.operator.reconcile.TieOut;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.payments.AuditRecorded;
import io.millrace.schema.payments.BreakEscalated;
import io.millrace.schema.payments.BreakPublished;
import io.millrace.schema.payments.FeeAgreed;
import io.millrace.schema.payments.LedgerEntryRecorded;
import io.millrace.schema.payments.MatchPublished;
import io.millrace.schema.payments.MatchRuleSet;
import io.millrace.schema.payments.MatchSuggested;
import io.millrace.schema.payments.OpenPublished;
import io.millrace.schema.payments.RateQuoted;
import io.millrace.schema.payments.ResolutionAnswered;
import io.millrace.schema.payments.ResolutionMade;
import io.millrace.schema.payments.TieOutPublished;
import java.util.List;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.function.SerializableFunction;

/**
 * The entries of ledgers, matched pair by pair. In: {@code recon.entries}, {@code recon.rules},
 * {@code recon.resolutions}, {@code recon.rates}, {@code recon.fees}. Out: {@code
 * reconciliation.matches}, {@code reconciliation.breaks}, {@code reconciliation.open}, {@code
 * reconciliation.tieout}, {@code reconciliation.escalations}, {@code reconciliation.suggestions},
 * {@code reconciliation.audit}; live: {@code reconciliation.live}; PostgreSQL: {@code
 * recon_matches}, {@code recon_breaks}, {@code recon_tie_outs}; rejects: {@code recon.*.dlq}.
 * State: O(entries of a window and the retention).
 */
public final class ReconciliationJob {
  /** What it is, for its users. */
  public static final JobDescription JOB =
      new JobDescription(
          "reconciliation",
          ReconciliationJob.class,
          "Which entries of two ledgers match, and which break?",
          List.of(
              Topics.RECON_ENTRIES,
              Topics.RECON_RULES,
              Topics.RECON_RESOLUTIONS,
              Topics.RECON_RATES,
              Topics.RECON_FEES),
          List.of(
              Topics.RECONCILIATION_MATCHES,
              Topics.RECONCILIATION_BREAKS,
              Topics.RECONCILIATION_OPEN,
              Topics.RECONCILIATION_TIEOUT,
              Topics.RECONCILIATION_ESCALATIONS,
              Topics.RECONCILIATION_SUGGESTIONS,
              Topics.RECONCILIATION_AUDIT,
              Topics.RECONCILIATION_LIVE,
              Topics.RECON_ENTRIES_DLQ,
              Topics.RECON_RULES_DLQ,
              Topics.RECON_RESOLUTIONS_DLQ,
              Topics.RECON_RATES_DLQ,
              Topics.RECON_FEES_DLQ),
          List.of(StoreAccess.POSTGRES),
          ReconciliationOptions.ALL);

  private ReconciliationJob() {}

  /** Runs the job; {@code --help} prints its options. */
  public static void main(String[] args) throws Exception {
    JobLauncher.launch(JOB, args, ReconciliationJob::build);
  }

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    ReconcileSpec spec = ReconciliationOptions.spec(config);
    Ingested<LedgerEntryRecorded> entries =
        Ingest.from(env, config, endpoints, Topics.RECON_ENTRIES, "entries");
    Ingested<MatchRuleSet> rules = Ingest.from(env, config, endpoints, Topics.RECON_RULES, "rules");
    Ingested<ResolutionMade> resolutions =
        Ingest.from(env, config, endpoints, Topics.RECON_RESOLUTIONS, "resolutions");
    Ingested<RateQuoted> rates = Ingest.from(env, config, endpoints, Topics.RECON_RATES, "rates");
    Ingested<FeeAgreed> fees = Ingest.from(env, config, endpoints, Topics.RECON_FEES, "fees");

    DataStream<Notice> notices =
        mapped(rules.values(), LedgerRows::notice, Notice.class, "rule-notices")
            .union(
                mapped(rates.values(), LedgerRows::notice, Notice.class, "rate-notices"),
                mapped(fees.values(), LedgerRows::notice, Notice.class, "fee-notices"));
    DataStream<Resolution> decisions =
        mapped(resolutions.values(), LedgerRows::resolution, Resolution.class, "made");
    Reconciled reconciled =
        Reconciliation.of(
            mapped(entries.values(), LedgerRows::claim, Claim.class, "claims"),
            spec.inEventTime() ? decisions : Unawaited.of(decisions, "unawaited-resolutions"),
            spec.inEventTime() ? notices : Unawaited.of(notices, "unawaited-notices"),
            spec,
            "reconciled");

    DataStream<DeadLettered> tooLarge = publish(reconciled, spec, config, endpoints);
    publishLetters(
        endpoints, entries.deadLetters().union(tooLarge), Topics.RECON_ENTRIES_DLQ, "entries");
    publishLetters(endpoints, rules.deadLetters(), Topics.RECON_RULES_DLQ, "rules");
    publishLetters(
        endpoints, resolutions.deadLetters(), Topics.RECON_RESOLUTIONS_DLQ, "resolutions");
    publishLetters(endpoints, rates.deadLetters(), Topics.RECON_RATES_DLQ, "rates");
    publishLetters(endpoints, fees.deadLetters(), Topics.RECON_FEES_DLQ, "fees");
  }

  /** Publishes what came of it, and gives the rows that can't be. */
  private static DataStream<DeadLettered> publish(
      Reconciled reconciled, ReconcileSpec spec, JobConfig config, Endpoints endpoints) {
    DataStream<MatchPublished> matches =
        mapped(reconciled.matches(), LedgerRows::match, MatchPublished.class, "matches");
    DataStream<BreakPublished> breaks =
        mapped(reconciled.breaks(), LedgerRows::broken, BreakPublished.class, "breaks");
    DataStream<OpenPublished> open =
        mapped(reconciled.open(), LedgerRows::open, OpenPublished.class, "open");
    SingleOutputStreamOperator<TieOut> sums =
        Reconciliation.tieOut(reconciled.postings(), spec, "tied-out");
    DataStream<TieOutPublished> tieOuts =
        mapped(sums, LedgerRows::tieOut, TieOutPublished.class, "tieout");
    watch(reconciled, sums, endpoints);
    DataStream<BreakEscalated> escalations =
        mapped(
            reconciled.aged().filter(Aged::isEscalation).uid("escalating").name("Reached an age"),
            LedgerRows::escalation,
            BreakEscalated.class,
            "escalations");
    DataStream<ResolutionAnswered> answers =
        mapped(reconciled.resolutions(), LedgerRows::answer, ResolutionAnswered.class, "answers");
    DataStream<DeadLettered> refused =
        endpoints
            .publish(matches, Topics.RECONCILIATION_MATCHES, "matches-sink")
            .union(
                endpoints.publish(breaks, Topics.RECONCILIATION_BREAKS, "breaks-sink"),
                endpoints.publish(open, Topics.RECONCILIATION_OPEN, "open-sink"),
                endpoints.publish(tieOuts, Topics.RECONCILIATION_TIEOUT, "tieout-sink"),
                endpoints.publish(
                    mapped(
                        reconciled.suggestions(),
                        LedgerRows::suggestion,
                        MatchSuggested.class,
                        "suggestions"),
                    Topics.RECONCILIATION_SUGGESTIONS,
                    "suggestions-sink"),
                endpoints.publish(
                    escalations, Topics.RECONCILIATION_ESCALATIONS, "escalations-sink"),
                endpoints.publish(
                    audit(matches, breaks, answers), Topics.RECONCILIATION_AUDIT, "audit-sink"));
    return StoreAccess.writes(config, StoreAccess.POSTGRES)
        ? refused.union(
            backOffice(
                endpoints, matches, MatchPublished.class, BackOffice.MATCHES, BackOffice::row),
            backOffice(endpoints, breaks, BreakPublished.class, BackOffice.BREAKS, BackOffice::row),
            backOffice(
                endpoints, tieOuts, TieOutPublished.class, BackOffice.TIE_OUTS, BackOffice::row))
        : refused;
  }

  /** Publishes what those see who watch. */
  private static void watch(
      Reconciled reconciled, SingleOutputStreamOperator<TieOut> sums, Endpoints endpoints) {
    DataStream<ViewContents> ofDays =
        Reconciliation.days(sums, "latest-days")
            .flatMap(LedgerViews::ofDays)
            .returns(ViewContents.class)
            .uid("day-contents")
            .name("Days to live views");
    DataStream<ViewContents> ofAges =
        Reconciliation.ages(reconciled.aged(), "ages")
            .flatMap(LedgerViews::ofAges)
            .returns(ViewContents.class)
            .uid("age-contents")
            .name("Ages to live view");
    LiveLane.publish(ofDays.union(ofAges), endpoints, Topics.RECONCILIATION_LIVE, "live");
  }

  private static <T extends Record> DataStream<DeadLettered> backOffice(
      Endpoints endpoints,
      DataStream<T> rows,
      Class<T> type,
      PostgresTable table,
      SerializableFunction<T, PostgresRow> write) {
    return endpoints.postgres(
        rows, type, table, BackOffice.SCRIPT, write, table.name().replace('_', '-') + "-sink");
  }

  /** All decisions, chained. */
  private static DataStream<AuditRecorded> audit(
      DataStream<MatchPublished> matches,
      DataStream<BreakPublished> breaks,
      DataStream<ResolutionAnswered> answers) {
    DataStream<AuditItem> items =
        items(matches, MatchPublished.class, "match", MatchPublished::matchId)
            .union(
                items(breaks, BreakPublished.class, "break", BreakPublished::breakId),
                items(
                    answers,
                    ResolutionAnswered.class,
                    "resolution",
                    ResolutionAnswered::resolutionId));
    return mapped(
        AuditChains.of(items, "chained"), LedgerRows::audit, AuditRecorded.class, "audit");
  }

  private static <T extends Record> DataStream<AuditItem> items(
      DataStream<T> rows, Class<T> type, String kind, SerializableFunction<T, String> id) {
    return rows.map(new ToAuditItem<>(type, kind, id))
        .returns(AuditItem.class)
        .uid("audit-" + kind)
        .name("Audit " + kind);
  }

  private static void publishLetters(
      Endpoints endpoints,
      DataStream<DeadLettered> letters,
      Topic<DeadLettered> topic,
      String uid) {
    endpoints.publish(letters, topic, uid + "-dlq-sink");
  }

  private static <I, O> DataStream<O> mapped(
      DataStream<I> from, MapFunction<I, O> function, Class<O> type, String uid) {
    return from.map(function).returns(type).uid(uid).name(type.getSimpleName());
  }
}
