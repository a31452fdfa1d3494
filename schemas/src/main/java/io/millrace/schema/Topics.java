package io.millrace.schema;

import io.millrace.schema.Topic.Cleanup;
import io.millrace.schema.Topic.Lane;
import io.millrace.schema.Topic.View;
import io.millrace.schema.files.FileExported;
import io.millrace.schema.files.FileIngested;
import io.millrace.schema.files.FileRecorded;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LateArrived;
import io.millrace.schema.lane.LiveRow;
import io.millrace.schema.listening.ChartPublished;
import io.millrace.schema.listening.SongCatalogued;
import io.millrace.schema.listening.SongPlayed;
import io.millrace.schema.location.FencePassed;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.NearbyAsked;
import io.millrace.schema.location.NearbyFound;
import io.millrace.schema.location.PlaceDrawn;
import io.millrace.schema.location.PositionDelivered;
import io.millrace.schema.location.PositionReported;
import io.millrace.schema.logs.LinesAccounted;
import io.millrace.schema.logs.LogAlertRaised;
import io.millrace.schema.logs.LogLineReceived;
import io.millrace.schema.logs.LogRecorded;
import io.millrace.schema.logs.LogRuleSet;
import io.millrace.schema.logs.LogServiceDescribed;
import io.millrace.schema.logs.LogSourceDescribed;
import io.millrace.schema.logs.LogsCounted;
import io.millrace.schema.media.MediaCatalogued;
import io.millrace.schema.media.MediaUploaded;
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
import io.millrace.schema.payments.ResolutionMade;
import io.millrace.schema.payments.TieOutPublished;
import io.millrace.schema.ranking.RankingPublished;
import io.millrace.schema.ratelimit.KeyUsed;
import io.millrace.schema.ratelimit.LimitRuled;
import io.millrace.schema.ratelimit.RequestReceived;
import io.millrace.schema.ratelimit.VerdictGiven;
import io.millrace.schema.web.CombinedLogReader;
import io.millrace.schema.web.RequestServed;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Every topic that Millrace reads or writes. */
public final class Topics {
  /** Partitions of every topic of the catalogue, unless a deployment creates it otherwise. */
  public static final int PARTITIONS = 4;

  /** Requests that web servers answered; input of heavy hitters. */
  public static final Topic<RequestServed> WEB_REQUESTS =
      new Topic<>(
          "web.requests",
          "A request that a web server answered.",
          RequestServed.class,
          Lane.INPUT,
          "client",
          PARTITIONS,
          Cleanup.DELETE,
          View.TABLE,
          new CombinedLogReader());

  /** Refused records of {@link #WEB_REQUESTS}. */
  public static final Topic<DeadLettered> WEB_REQUESTS_DLQ = WEB_REQUESTS.deadLetters();

  /** The heaviest items of each dimension and window. */
  public static final Topic<RankingPublished> HEAVY_HITTERS_RANKINGS =
      result(
          "heavy-hitters.rankings",
          "The heaviest items of one dimension in one window.",
          RankingPublished.class,
          "dimension",
          View.BARS);

  /** Requests that came after their windows were published. */
  public static final Topic<LateArrived> HEAVY_HITTERS_LATE = late("heavy-hitters");

  /** The latest ranking of each dimension, an item a row. */
  public static final Topic<LiveRow> HEAVY_HITTERS_LIVE = live("heavy-hitters");

  /** Plays of songs; input of trending songs. */
  public static final Topic<SongPlayed> LISTENING_PLAYS =
      input(
          "listening.plays",
          "A listener played a song.",
          SongPlayed.class,
          "userId",
          Cleanup.DELETE);

  /** Refused records of {@link #LISTENING_PLAYS}. */
  public static final Topic<DeadLettered> LISTENING_PLAYS_DLQ = LISTENING_PLAYS.deadLetters();

  /** The catalogue of songs; input of trending songs. */
  public static final Topic<SongCatalogued> LISTENING_SONGS =
      input(
          "listening.songs",
          "What a song is called, and who it is by.",
          SongCatalogued.class,
          "songId",
          Cleanup.COMPACT);

  /** Refused records of {@link #LISTENING_SONGS}. */
  public static final Topic<DeadLettered> LISTENING_SONGS_DLQ = LISTENING_SONGS.deadLetters();

  /** The charts of each region and window. */
  public static final Topic<ChartPublished> TRENDING_SONGS_CHARTS =
      result(
          "trending-songs.charts",
          "The first songs of one chart of one region in one window.",
          ChartPublished.class,
          "region",
          View.BARS);

  /** Plays that came after their windows had closed. */
  public static final Topic<LateArrived> TRENDING_SONGS_LATE = late("trending-songs");

  /** The latest chart of each kind and region, a song a row. */
  public static final Topic<LiveRow> TRENDING_SONGS_LIVE = live("trending-songs");

  /** Requests that ask whether they may go on; input of rate counting. */
  public static final Topic<RequestReceived> RATELIMIT_REQUESTS =
      input(
          "ratelimit.requests",
          "A request asks whether it may go on.",
          RequestReceived.class,
          "requestId",
          Cleanup.DELETE);

  /** Refused records of {@link #RATELIMIT_REQUESTS}. */
  public static final Topic<DeadLettered> RATELIMIT_REQUESTS_DLQ = RATELIMIT_REQUESTS.deadLetters();

  /** The rules on how many requests there may be; input of rate counting. */
  public static final Topic<LimitRuled> RATELIMIT_RULES =
      input(
          "ratelimit.rules",
          "A version of a rule on how many requests there may be.",
          LimitRuled.class,
          "ruleId",
          Cleanup.COMPACT);

  /** Refused records of {@link #RATELIMIT_RULES}. */
  public static final Topic<DeadLettered> RATELIMIT_RULES_DLQ = RATELIMIT_RULES.deadLetters();

  /** What was decided about each request. */
  public static final Topic<VerdictGiven> RATE_COUNTING_VERDICTS =
      result(
          "rate-counting.verdicts",
          "What was decided about a request.",
          VerdictGiven.class,
          "requestId",
          View.TABLE);

  /** How each key that is limited was used in each window. */
  public static final Topic<KeyUsed> RATE_COUNTING_USAGE =
      result(
          "rate-counting.usage",
          "How a key that a rule limits was used in a window.",
          KeyUsed.class,
          "key",
          View.TABLE);

  /** Requests that came after those behind them had been decided. */
  public static final Topic<LateArrived> RATE_COUNTING_LATE = late("rate-counting");

  /** The keys of each dimension that are refused most. */
  public static final Topic<LiveRow> RATE_COUNTING_LIVE = live("rate-counting");

  /** Entries of ledgers; input of reconciliation. */
  public static final Topic<LedgerEntryRecorded> RECON_ENTRIES =
      input(
          "recon.entries",
          "A ledger says that money moved.",
          LedgerEntryRecorded.class,
          "entryId",
          Cleanup.DELETE);

  /** Refused records of {@link #RECON_ENTRIES}. */
  public static final Topic<DeadLettered> RECON_ENTRIES_DLQ = RECON_ENTRIES.deadLetters();

  /** How ledgers are matched; input of reconciliation. */
  public static final Topic<MatchRuleSet> RECON_RULES =
      input(
          "recon.rules",
          "How the entries of two ledgers are matched from a time on.",
          MatchRuleSet.class,
          "ruleId",
          Cleanup.COMPACT);

  /** Refused records of {@link #RECON_RULES}. */
  public static final Topic<DeadLettered> RECON_RULES_DLQ = RECON_RULES.deadLetters();

  /** What people decide; input of reconciliation. */
  public static final Topic<ResolutionMade> RECON_RESOLUTIONS =
      input(
          "recon.resolutions",
          "A person decided about entries or a match.",
          ResolutionMade.class,
          "resolutionId",
          Cleanup.DELETE);

  /** Refused records of {@link #RECON_RESOLUTIONS}. */
  public static final Topic<DeadLettered> RECON_RESOLUTIONS_DLQ = RECON_RESOLUTIONS.deadLetters();

  /** Rates of exchange; input of reconciliation. */
  public static final Topic<RateQuoted> RECON_RATES =
      input(
          "recon.rates",
          "What a currency costs in another from a time on.",
          RateQuoted.class,
          "pair",
          Cleanup.COMPACT);

  /** Refused records of {@link #RECON_RATES}. */
  public static final Topic<DeadLettered> RECON_RATES_DLQ = RECON_RATES.deadLetters();

  /** Fees that are taken of amounts; input of reconciliation. */
  public static final Topic<FeeAgreed> RECON_FEES =
      input(
          "recon.fees",
          "What is taken of a gross amount from a time on.",
          FeeAgreed.class,
          "feeId",
          Cleanup.COMPACT);

  /** Refused records of {@link #RECON_FEES}. */
  public static final Topic<DeadLettered> RECON_FEES_DLQ = RECON_FEES.deadLetters();

  /** Entries that belong together. */
  public static final Topic<MatchPublished> RECONCILIATION_MATCHES =
      result(
          "reconciliation.matches",
          "Entries that belong together, or no longer do.",
          MatchPublished.class,
          "matchId",
          View.TABLE);

  /** Entries that have no place in a match. */
  public static final Topic<BreakPublished> RECONCILIATION_BREAKS =
      result(
          "reconciliation.breaks",
          "Entries that have no place in a match, and what became of that.",
          BreakPublished.class,
          "breakId",
          View.TABLE);

  /** Entries that wait at the end of a bounded run. */
  public static final Topic<OpenPublished> RECONCILIATION_OPEN =
      result(
          "reconciliation.open",
          "An entry whose window had not passed at the end of a bounded run.",
          OpenPublished.class,
          "entryId",
          View.TABLE);

  /** Sums of days. */
  public static final Topic<TieOutPublished> RECONCILIATION_TIEOUT =
      result(
          "reconciliation.tieout",
          "How two ledgers compare on one day in one currency.",
          TieOutPublished.class,
          "day",
          View.TABLE);

  /** Breaks that still stand. */
  public static final Topic<BreakEscalated> RECONCILIATION_ESCALATIONS =
      result(
          "reconciliation.escalations",
          "A break still stands an hour, a day, three days or a week after it was opened.",
          BreakEscalated.class,
          "breakId",
          View.TABLE);

  /** Entries that look alike. */
  public static final Topic<MatchSuggested> RECONCILIATION_SUGGESTIONS =
      result(
          "reconciliation.suggestions",
          "Two entries that no stage matches look alike.",
          MatchSuggested.class,
          "suggestionId",
          View.TABLE);

  /** All decisions, chained. */
  public static final Topic<AuditRecorded> RECONCILIATION_AUDIT =
      result(
          "reconciliation.audit",
          "One decision in a chain of hashes.",
          AuditRecorded.class,
          "chain",
          View.TABLE);

  /** The breaks, the days and the balances as they are now. */
  public static final Topic<LiveRow> RECONCILIATION_LIVE = live("reconciliation");

  /** Positions of people; input of location fan-out. */
  public static final Topic<PositionReported> LOCATION_UPDATES =
      input(
          "location.updates",
          "Someone was somewhere.",
          PositionReported.class,
          "userId",
          Cleanup.DELETE);

  /** Refused records of {@link #LOCATION_UPDATES}. */
  public static final Topic<DeadLettered> LOCATION_UPDATES_DLQ = LOCATION_UPDATES.deadLetters();

  /** Who may see whose positions; input of location fan-out. */
  public static final Topic<GrantChanged> LOCATION_GRANTS =
      input(
          "location.grants",
          "Someone lets someone see where they are, or does so no longer.",
          GrantChanged.class,
          "ownerId",
          Cleanup.DELETE);

  /** Refused records of {@link #LOCATION_GRANTS}. */
  public static final Topic<DeadLettered> LOCATION_GRANTS_DLQ = LOCATION_GRANTS.deadLetters();

  /** Places that people named; input of location fan-out. */
  public static final Topic<PlaceDrawn> LOCATION_FENCES =
      input(
          "location.fences",
          "Someone named a place, and wants to know when they enter and leave it.",
          PlaceDrawn.class,
          "ownerId",
          Cleanup.DELETE);

  /** Refused records of {@link #LOCATION_FENCES}. */
  public static final Topic<DeadLettered> LOCATION_FENCES_DLQ = LOCATION_FENCES.deadLetters();

  /** Questions about who is near; input of location fan-out. */
  public static final Topic<NearbyAsked> LOCATION_NEARBY_REQUESTS =
      input(
          "location.nearby-requests",
          "Someone asks who of those who share their positions is near.",
          NearbyAsked.class,
          "userId",
          Cleanup.DELETE);

  /** Refused records of {@link #LOCATION_NEARBY_REQUESTS}. */
  public static final Topic<DeadLettered> LOCATION_NEARBY_REQUESTS_DLQ =
      LOCATION_NEARBY_REQUESTS.deadLetters();

  /** Positions as viewers may see them. */
  public static final Topic<PositionDelivered> LOCATION_FANOUT_DELIVERIES =
      result(
          "location-fanout.deliveries",
          "A position as a viewer may see it.",
          PositionDelivered.class,
          "viewerId",
          View.TABLE);

  /** Who entered, left or stayed in which place. */
  public static final Topic<FencePassed> LOCATION_FANOUT_FENCE_EVENTS =
      result(
          "location-fanout.fence-events",
          "Someone entered a place, left it, or has stayed.",
          FencePassed.class,
          "ownerId",
          View.TABLE);

  /** Who was near. */
  public static final Topic<NearbyFound> LOCATION_FANOUT_NEARBY =
      result("location-fanout.nearby", "Who was near.", NearbyFound.class, "userId", View.TABLE);

  /** Positions, grants and others that came after those behind them had been applied. */
  public static final Topic<LateArrived> LOCATION_FANOUT_LATE = late("location-fanout");

  /** The positions that each viewer may see now. */
  public static final Topic<LiveRow> LOCATION_FANOUT_LIVE = live("location-fanout");

  /** Lines of logs, as they are; input of log ingestion. */
  public static final Topic<LogLineReceived> LOGS_RAW =
      input(
          "logs.raw", "A line of a log came in.", LogLineReceived.class, "source", Cleanup.DELETE);

  /** Refused records of {@link #LOGS_RAW}. */
  public static final Topic<DeadLettered> LOGS_RAW_DLQ = LOGS_RAW.deadLetters();

  /** How the lines of each source are read; input of log ingestion. */
  public static final Topic<LogSourceDescribed> LOG_SOURCES =
      input(
          "log.sources",
          "How the lines of a source are read from a time on.",
          LogSourceDescribed.class,
          "source",
          Cleanup.COMPACT);

  /** Refused records of {@link #LOG_SOURCES}. */
  public static final Topic<DeadLettered> LOG_SOURCES_DLQ = LOG_SOURCES.deadLetters();

  /** What is alarmed on; input of log ingestion. */
  public static final Topic<LogRuleSet> LOG_RULES =
      input(
          "log.rules",
          "What of all that is logged is alarmed on or sampled from a time on.",
          LogRuleSet.class,
          "ruleId",
          Cleanup.COMPACT);

  /** Refused records of {@link #LOG_RULES}. */
  public static final Topic<DeadLettered> LOG_RULES_DLQ = LOG_RULES.deadLetters();

  /** What is known of services that log; input of log ingestion. */
  public static final Topic<LogServiceDescribed> LOG_SERVICES =
      input(
          "log.services",
          "What is known of a service from a time on.",
          LogServiceDescribed.class,
          "service",
          Cleanup.COMPACT);

  /** Refused records of {@link #LOG_SERVICES}. */
  public static final Topic<DeadLettered> LOG_SERVICES_DLQ = LOG_SERVICES.deadLetters();

  /** Uploads of media files; input of log ingestion. */
  public static final Topic<MediaUploaded> MEDIA_UPLOADS =
      input(
          "media.uploads",
          "A media file was uploaded, or what is known of it changed.",
          MediaUploaded.class,
          "mediaId",
          Cleanup.DELETE);

  /** Refused records of {@link #MEDIA_UPLOADS}. */
  public static final Topic<DeadLettered> MEDIA_UPLOADS_DLQ = MEDIA_UPLOADS.deadLetters();

  /** What the lines of all logs say. */
  public static final Topic<LogRecorded> LOG_INGESTION_RECORDS =
      result(
          "log-ingestion.records",
          "What a line of a log says.",
          LogRecorded.class,
          "source",
          View.TABLE);

  /** How much each source logs. */
  public static final Topic<LogsCounted> LOG_INGESTION_METRICS =
      result(
          "log-ingestion.metrics",
          "How much a source logged at a level in a minute.",
          LogsCounted.class,
          "source",
          View.BARS);

  /** What was alarmed on. */
  public static final Topic<LogAlertRaised> LOG_INGESTION_ALERTS =
      result(
          "log-ingestion.alerts",
          "A rule alarmed on what was logged in a window, or that is over.",
          LogAlertRaised.class,
          "alertId",
          View.TABLE);

  /** What became of all lines. */
  public static final Topic<LinesAccounted> LOG_INGESTION_LEDGER =
      result(
          "log-ingestion.ledger",
          "What became of the lines of a source in a partition.",
          LinesAccounted.class,
          "source",
          View.TABLE);

  /** The catalogue of media files, version by version. */
  public static final Topic<MediaCatalogued> LOG_INGESTION_MEDIA =
      result(
          "log-ingestion.media",
          "What the catalogue says of a media file from a version on.",
          MediaCatalogued.class,
          "mediaId",
          View.TABLE);

  /** Records that came after their minute had been counted. */
  public static final Topic<LateArrived> LOG_INGESTION_LATE = late("log-ingestion");

  /** The sources, what they log and the alerts that stand, as they are now. */
  public static final Topic<LiveRow> LOG_INGESTION_LIVE = live("log-ingestion");

  /** What the rows of files say. */
  public static final Topic<FileRecorded> FILE_INGESTION_RECORDS =
      result(
          "file-ingestion.records",
          "What a row of a file says.",
          FileRecorded.class,
          "recordId",
          View.TABLE);

  /** How far files are, and what came of their rows. */
  public static final Topic<FileIngested> FILE_INGESTION_FILES =
      result(
          "file-ingestion.files",
          "How far a file is, and what came of its rows.",
          FileIngested.class,
          "fileId",
          View.TABLE);

  /** Rows of files that file ingestion refused; their topic is the file. */
  public static final Topic<DeadLettered> FILE_INGESTION_ROWS_DLQ =
      new Topic<>(
          "file-ingestion.rows.dlq",
          "A row of a file that file-ingestion refused, with the reason.",
          DeadLettered.class,
          Lane.DEAD_LETTER,
          null,
          PARTITIONS,
          Cleanup.DELETE,
          View.TABLE,
          null);

  /** The files as they are now. */
  public static final Topic<LiveRow> FILE_INGESTION_LIVE = live("file-ingestion");

  /** The files that rows were written to. */
  public static final Topic<FileExported> FILE_EXPORT_FILES =
      result(
          "file-export.files",
          "A file that the rows of a window were written to.",
          FileExported.class,
          "file",
          View.TABLE);

  /** Rows that came after the file of their window was written. */
  public static final Topic<LateArrived> FILE_EXPORT_LATE = late("file-export");

  /** Records that file export refused, of whatever topic. */
  public static final Topic<DeadLettered> FILE_EXPORT_ROWS_DLQ =
      new Topic<>(
          "file-export.rows.dlq",
          "A record that file-export refused, with the reason.",
          DeadLettered.class,
          Lane.DEAD_LETTER,
          null,
          PARTITIONS,
          Cleanup.DELETE,
          View.TABLE,
          null);

  private static final List<Topic<?>> ALL =
      List.of(
          LISTENING_PLAYS,
          LISTENING_PLAYS_DLQ,
          LISTENING_SONGS,
          LISTENING_SONGS_DLQ,
          TRENDING_SONGS_CHARTS,
          TRENDING_SONGS_LATE,
          TRENDING_SONGS_LIVE,
          LOGS_RAW,
          LOGS_RAW_DLQ,
          LOG_SOURCES,
          LOG_SOURCES_DLQ,
          LOG_RULES,
          LOG_RULES_DLQ,
          LOG_SERVICES,
          LOG_SERVICES_DLQ,
          MEDIA_UPLOADS,
          MEDIA_UPLOADS_DLQ,
          LOG_INGESTION_RECORDS,
          LOG_INGESTION_METRICS,
          LOG_INGESTION_ALERTS,
          LOG_INGESTION_LEDGER,
          LOG_INGESTION_MEDIA,
          LOG_INGESTION_LATE,
          LOG_INGESTION_LIVE,
          FILE_INGESTION_RECORDS,
          FILE_INGESTION_FILES,
          FILE_INGESTION_ROWS_DLQ,
          FILE_INGESTION_LIVE,
          FILE_EXPORT_FILES,
          FILE_EXPORT_LATE,
          FILE_EXPORT_ROWS_DLQ,
          RATELIMIT_REQUESTS,
          RATELIMIT_REQUESTS_DLQ,
          RATELIMIT_RULES,
          RATELIMIT_RULES_DLQ,
          RATE_COUNTING_VERDICTS,
          RATE_COUNTING_USAGE,
          RATE_COUNTING_LATE,
          RATE_COUNTING_LIVE,
          LOCATION_UPDATES,
          LOCATION_UPDATES_DLQ,
          LOCATION_GRANTS,
          LOCATION_GRANTS_DLQ,
          LOCATION_FENCES,
          LOCATION_FENCES_DLQ,
          LOCATION_NEARBY_REQUESTS,
          LOCATION_NEARBY_REQUESTS_DLQ,
          LOCATION_FANOUT_DELIVERIES,
          LOCATION_FANOUT_FENCE_EVENTS,
          LOCATION_FANOUT_NEARBY,
          LOCATION_FANOUT_LATE,
          LOCATION_FANOUT_LIVE,
          WEB_REQUESTS,
          WEB_REQUESTS_DLQ,
          HEAVY_HITTERS_RANKINGS,
          HEAVY_HITTERS_LATE,
          HEAVY_HITTERS_LIVE,
          RECON_ENTRIES,
          RECON_ENTRIES_DLQ,
          RECON_RULES,
          RECON_RULES_DLQ,
          RECON_RESOLUTIONS,
          RECON_RESOLUTIONS_DLQ,
          RECON_RATES,
          RECON_RATES_DLQ,
          RECON_FEES,
          RECON_FEES_DLQ,
          RECONCILIATION_MATCHES,
          RECONCILIATION_BREAKS,
          RECONCILIATION_OPEN,
          RECONCILIATION_TIEOUT,
          RECONCILIATION_ESCALATIONS,
          RECONCILIATION_SUGGESTIONS,
          RECONCILIATION_AUDIT,
          RECONCILIATION_LIVE);

  private static final Map<String, Topic<?>> BY_NAME =
      ALL.stream().collect(Collectors.toUnmodifiableMap(Topic::name, Function.identity()));

  private Topics() {}

  /** The whole catalogue, inputs before what is made of them. */
  public static List<Topic<?>> all() {
    return ALL;
  }

  /** The topic of that name, without prefix. */
  public static Optional<Topic<?>> byName(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  private static <T extends Record> Topic<T> input(
      String name, String description, Class<T> type, String keyField, Cleanup cleanup) {
    return new Topic<>(
        name, description, type, Lane.INPUT, keyField, PARTITIONS, cleanup, View.TABLE, null);
  }

  private static <T extends Record> Topic<T> result(
      String name, String description, Class<T> type, String keyField, View view) {
    return new Topic<>(
        name, description, type, Lane.RESULT, keyField, PARTITIONS, Cleanup.DELETE, view, null);
  }

  private static Topic<LateArrived> late(String job) {
    return new Topic<>(
        job + ".late",
        "A valid record that came after " + job + " had published its windows.",
        LateArrived.class,
        Lane.LATE,
        null,
        PARTITIONS,
        Cleanup.DELETE,
        View.TABLE,
        null);
  }

  private static Topic<LiveRow> live(String job) {
    return new Topic<>(
        job + ".live",
        "A row of a live view of " + job + " as it is now.",
        LiveRow.class,
        Lane.LIVE,
        null,
        PARTITIONS,
        Cleanup.COMPACT,
        View.TABLE,
        null);
  }
}
