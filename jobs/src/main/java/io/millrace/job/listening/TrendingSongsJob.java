package io.millrace.job.listening;

import io.millrace.connector.cassandra.CassandraTable;
import io.millrace.connector.cassandra.ListeningEvents;
import io.millrace.job.Endpoints;
import io.millrace.job.Ingest;
import io.millrace.job.Ingest.Ingested;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.JobOptions;
import io.millrace.job.LiveLane;
import io.millrace.job.ProjectedToLateArrived;
import io.millrace.job.StoreAccess;
import io.millrace.operator.chart.ChartSpec;
import io.millrace.operator.chart.SongName;
import io.millrace.operator.chart.TrendingCharts;
import io.millrace.operator.chart.TrendingCharts.Charts;
import io.millrace.operator.dedup.DedupSpec;
import io.millrace.operator.dedup.EventDedup;
import io.millrace.operator.live.ViewContents;
import io.millrace.operator.order.Unawaited;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LateArrived;
import io.millrace.schema.listening.ChartPublished;
import io.millrace.schema.listening.SongCatalogued;
import io.millrace.schema.listening.SongPlayed;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The songs that are played most, in each region and everywhere. In: {@code listening.plays},
 * {@code listening.songs}. Out: {@code trending-songs.charts}; live: {@code trending-songs.live};
 * late: {@code trending-songs.late}; rejects: {@code listening.plays.dlq}, {@code
 * listening.songs.dlq}; Redis: {@code trending:<chart>:<region>}; Cassandra: {@code
 * listening_events}. State: O(plays within the horizon of repetitions + songs, regions and slides
 * of 25 windows or half-lives).
 */
public final class TrendingSongsJob {
  /** What it is, for its users. */
  public static final JobDescription JOB =
      new JobDescription(
          "trending-songs",
          TrendingSongsJob.class,
          "Which songs are played most in each region, now and against their own past?",
          List.of(Topics.LISTENING_PLAYS, Topics.LISTENING_SONGS),
          List.of(
              Topics.TRENDING_SONGS_CHARTS,
              Topics.TRENDING_SONGS_LATE,
              Topics.TRENDING_SONGS_LIVE,
              Topics.LISTENING_PLAYS_DLQ,
              Topics.LISTENING_SONGS_DLQ),
          List.of(StoreAccess.CASSANDRA, StoreAccess.REDIS),
          TrendingSongsOptions.ALL);

  private TrendingSongsJob() {}

  /** Runs the job; {@code --help} prints its options. */
  public static void main(String[] args) throws Exception {
    JobLauncher.launch(JOB, args, TrendingSongsJob::build);
  }

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    ChartSpec spec = TrendingSongsOptions.spec(config);
    Ingested<Projected> plays =
        Ingest.from(env, config, endpoints, Topics.LISTENING_PLAYS, PlaySlices.NAMES, "plays");
    Ingested<SongCatalogued> songs =
        Ingest.from(env, config, endpoints, Topics.LISTENING_SONGS, "songs");

    Charts<Projected> charts =
        TrendingCharts.of(
            counting(plays.values(), spec, config),
            new PlaySlices(),
            names(plays.values(), songs.values(), config),
            spec,
            "trending");
    DataStream<ChartPublished> published =
        charts.published().map(ChartRows::row).uid("charts").name("Chart to row");
    DataStream<ViewContents> views =
        published.map(new ChartViews()).uid("live-contents").name("Chart to live view");
    DataStream<LateArrived> late =
        charts
            .late()
            .map(new ProjectedToLateArrived<>(Topics.LISTENING_PLAYS))
            .uid("late")
            .name("Late play to row");

    DataStream<DeadLettered> tooLarge =
        endpoints
            .publish(published, Topics.TRENDING_SONGS_CHARTS, "charts-sink")
            .union(endpoints.publish(late, Topics.TRENDING_SONGS_LATE, "late-sink"));
    DataStream<DeadLettered> refused = plays.deadLetters().union(tooLarge);
    if (StoreAccess.writes(config, StoreAccess.REDIS)) {
      refused =
          refused.union(
              endpoints.redis(
                  published,
                  ChartPublished.class,
                  ChartRows::latest,
                  "trending:<chart>:<region>",
                  "redis-sink"));
    }
    if (StoreAccess.writes(config, StoreAccess.CASSANDRA)) {
      refused = refused.union(history(plays.values(), config, endpoints));
    }
    endpoints.publish(refused, Topics.LISTENING_PLAYS_DLQ, "plays-dlq-sink");
    endpoints.publish(songs.deadLetters(), Topics.LISTENING_SONGS_DLQ, "songs-dlq-sink");
    LiveLane.publish(views, endpoints, Topics.TRENDING_SONGS_LIVE, "live");
  }

  /** Writes every play, also one that counts in no chart, and gives those that are refused. */
  private static DataStream<DeadLettered> history(
      DataStream<Projected> plays, JobConfig config, Endpoints endpoints) {
    CassandraTable table = ListeningEvents.table(config.configuration());
    return endpoints.cassandra(
        plays
            .map(PlaySlices::play)
            .returns(TypeInformation.of(SongPlayed.class))
            .uid("played")
            .name("Play of history"),
        SongPlayed.class,
        table,
        ListeningEvents.rows(table, ListeningEvents.HOUR),
        "cassandra-sink");
  }

  /** The plays that count: long enough, and each once. */
  private static DataStream<Projected> counting(
      DataStream<Projected> plays, ChartSpec spec, JobConfig config) {
    long minPlayed = config.millis(TrendingSongsOptions.MIN_PLAYED);
    DataStream<Projected> longEnough =
        plays
            .filter(play -> PlaySlices.durationMillis(play) >= minPlayed)
            .uid("long-enough")
            .name("Played long enough");
    long horizon = config.millis(TrendingSongsOptions.DEDUP_HORIZON);
    if (horizon == 0) {
      return longEnough;
    }
    long late = spec.windows().sizeMillis() + spec.windows().allowedLatenessMillis();
    return EventDedup.once(longEnough, PlaySlices::id, new DedupSpec(horizon, late), "plays-once");
  }

  /** What songs are called, as the catalogue and plays say. */
  private static DataStream<SongName> names(
      DataStream<Projected> plays, DataStream<SongCatalogued> songs, JobConfig config) {
    DataStream<SongName> ofCatalogue =
        songs
            .map(TrendingSongsJob::name)
            .returns(TypeInformation.of(SongName.class))
            .uid("names-of-catalogue")
            .name("Name of song");
    DataStream<SongName> ofPlays =
        plays
            .flatMap(new PlayNames())
            .returns(TypeInformation.of(SongName.class))
            .uid("names-of-plays")
            .name("New names in plays");
    return ofPlays.union(
        JobOptions.order(config) == JobOptions.Order.EVENT_TIME
            ? ofCatalogue
            : Unawaited.of(ofCatalogue, "unawaited-names"));
  }

  private static SongName name(SongCatalogued song) {
    return new SongName(song.songId(), song.at(), song.title(), song.artist(), false);
  }
}
