package io.millrace.job.web;

import io.millrace.job.Endpoints;
import io.millrace.job.Ingest;
import io.millrace.job.Ingest.Ingested;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.LiveLane;
import io.millrace.job.ProjectedToLateArrived;
import io.millrace.job.StoreAccess;
import io.millrace.operator.live.ViewContents;
import io.millrace.operator.topk.HeavyHitters;
import io.millrace.operator.topk.HeavyHitters.Rankings;
import io.millrace.operator.topk.HeavyHittersSpec;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LateArrived;
import io.millrace.schema.ranking.RankingPublished;
import java.util.List;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The heaviest paths, clients or other fields of web requests in each window. In: {@code
 * web.requests}. Out: {@code heavy-hitters.rankings}; live: {@code heavy-hitters.live}; late:
 * {@code heavy-hitters.late}; rejects: {@code web.requests.dlq}; Redis: {@code topk:<dimension>}.
 * State: O(distinct items of the open windows).
 */
public final class HeavyHittersJob {
  /** What it is, for its users. */
  public static final JobDescription JOB =
      new JobDescription(
          "heavy-hitters",
          HeavyHittersJob.class,
          "Which paths, clients or other fields of web requests are the heaviest in each window?",
          List.of(Topics.WEB_REQUESTS),
          List.of(
              Topics.HEAVY_HITTERS_RANKINGS,
              Topics.HEAVY_HITTERS_LATE,
              Topics.HEAVY_HITTERS_LIVE,
              Topics.WEB_REQUESTS_DLQ),
          List.of(StoreAccess.REDIS),
          HeavyHittersOptions.ALL);

  private HeavyHittersJob() {}

  /** Runs the job; {@code --help} prints its options. */
  public static void main(String[] args) throws Exception {
    JobLauncher.launch(JOB, args, HeavyHittersJob::build);
  }

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    HeavyHittersSpec spec = HeavyHittersOptions.spec(config);
    Ingested<Projected> requests =
        Ingest.from(
            env,
            config,
            endpoints,
            Topics.WEB_REQUESTS,
            HeavyHittersOptions.fields(config),
            "requests");
    Rankings<Projected> rankings =
        HeavyHitters.rank(
            requests.values(),
            spec,
            HeavyHittersOptions.dimensions(config),
            HeavyHittersOptions.weight(config),
            "heavy-hitters");
    DataStream<RankingPublished> published = rows(rankings, spec);
    DataStream<ViewContents> views =
        published.map(new RankingViews()).uid("live-contents").name("Ranking to live view");
    DataStream<LateArrived> late =
        rankings
            .late()
            .map(new ProjectedToLateArrived<>(Topics.WEB_REQUESTS))
            .uid("late")
            .name("Late request to row");

    DataStream<DeadLettered> tooLarge =
        endpoints
            .publish(published, Topics.HEAVY_HITTERS_RANKINGS, "rankings-sink")
            .union(endpoints.publish(late, Topics.HEAVY_HITTERS_LATE, "late-sink"));
    DataStream<DeadLettered> refused = requests.deadLetters().union(tooLarge);
    if (StoreAccess.writes(config, StoreAccess.REDIS)) {
      refused =
          refused.union(
              endpoints.redis(
                  published,
                  RankingPublished.class,
                  RankingRows::latest,
                  "topk:<dimension>",
                  "redis-sink"));
    }
    endpoints.publish(refused, Topics.WEB_REQUESTS_DLQ, "requests-dlq-sink");
    LiveLane.publish(views, endpoints, Topics.HEAVY_HITTERS_LIVE, "live");
  }

  /** The rows that rankings are published as, which were made as {@code spec} says. */
  public static DataStream<RankingPublished> rows(Rankings<?> rankings, HeavyHittersSpec spec) {
    return HeavyHitters.changes(rankings.published(), spec, "heavy-hitters")
        .map(RankingRows.of(spec))
        .uid("rankings")
        .name("Ranking to row");
  }
}
