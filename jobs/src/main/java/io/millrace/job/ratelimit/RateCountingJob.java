package io.millrace.job.ratelimit;

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
import io.millrace.operator.order.Unawaited;
import io.millrace.operator.ratelimit.KeyUsage;
import io.millrace.operator.ratelimit.MostLimited;
import io.millrace.operator.ratelimit.MostLimitedFunction;
import io.millrace.operator.ratelimit.RateLimitSpec;
import io.millrace.operator.ratelimit.RateLimiter;
import io.millrace.operator.ratelimit.RateLimiter.Limited;
import io.millrace.operator.ratelimit.RateRule;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LateArrived;
import io.millrace.schema.ratelimit.KeyUsed;
import io.millrace.schema.ratelimit.LimitRuled;
import io.millrace.schema.ratelimit.VerdictGiven;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Which requests may go on. In: {@code ratelimit.requests}, {@code ratelimit.rules}. Out: {@code
 * rate-counting.verdicts}, {@code rate-counting.usage}; live: {@code rate-counting.live}; late:
 * {@code rate-counting.late}; rejects: {@code ratelimit.requests.dlq}, {@code ratelimit.rules.dlq};
 * Redis: {@code verdict:<requestId>}. State: O(keys in use + verdicts within the horizon).
 */
public final class RateCountingJob {
  /** What it is, for its users. */
  public static final JobDescription JOB =
      new JobDescription(
          "rate-counting",
          RateCountingJob.class,
          "Which requests may go on, and how much is left of each limit?",
          List.of(Topics.RATELIMIT_REQUESTS, Topics.RATELIMIT_RULES),
          List.of(
              Topics.RATE_COUNTING_VERDICTS,
              Topics.RATE_COUNTING_USAGE,
              Topics.RATE_COUNTING_LATE,
              Topics.RATE_COUNTING_LIVE,
              Topics.RATELIMIT_REQUESTS_DLQ,
              Topics.RATELIMIT_RULES_DLQ),
          List.of(StoreAccess.REDIS),
          RateCountingOptions.ALL);

  /** How long Redis has a verdict where none is kept for repetitions. */
  private static final long SHORT_MILLIS = 60_000;

  private RateCountingJob() {}

  /** Runs the job; {@code --help} prints its options. */
  public static void main(String[] args) throws Exception {
    JobLauncher.launch(JOB, args, RateCountingJob::build);
  }

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    RateLimitSpec spec = RateCountingOptions.spec(config);
    Ingested<Projected> requests =
        Ingest.from(
            env, config, endpoints, Topics.RATELIMIT_REQUESTS, RequestSlices.NAMES, "requests");
    Ingested<LimitRuled> rules =
        Ingest.from(env, config, endpoints, Topics.RATELIMIT_RULES, "rules");

    Limited<Projected> limited =
        RateLimiter.limit(
            requests.values(), new RequestSlices(), rules(rules.values(), spec), spec, "limits");
    DataStream<VerdictGiven> verdicts =
        limited
            .verdicts()
            .map(LimitRows::row)
            .returns(TypeInformation.of(VerdictGiven.class))
            .uid("verdicts")
            .name("Verdict to row");
    DataStream<KeyUsed> usage =
        limited
            .usage()
            .map(LimitRows::row)
            .returns(TypeInformation.of(KeyUsed.class))
            .uid("usage")
            .name("Use to row");
    DataStream<LateArrived> late =
        limited
            .late()
            .map(new ProjectedToLateArrived<>(Topics.RATELIMIT_REQUESTS))
            .uid("late")
            .name("Late request to row");

    DataStream<DeadLettered> refused =
        requests
            .deadLetters()
            .union(
                endpoints.publish(verdicts, Topics.RATE_COUNTING_VERDICTS, "verdicts-sink"),
                endpoints.publish(usage, Topics.RATE_COUNTING_USAGE, "usage-sink"),
                endpoints.publish(late, Topics.RATE_COUNTING_LATE, "late-sink"));
    if (StoreAccess.writes(config, StoreAccess.REDIS)) {
      long horizon = spec.verdictHorizonMillis();
      refused =
          refused.union(
              endpoints.redis(
                  verdicts,
                  VerdictGiven.class,
                  LimitRows.cached(horizon == 0 ? SHORT_MILLIS : horizon),
                  "verdict:<requestId>",
                  "redis-sink"));
    }
    endpoints.publish(refused, Topics.RATELIMIT_REQUESTS_DLQ, "requests-dlq-sink");
    endpoints.publish(rules.deadLetters(), Topics.RATELIMIT_RULES_DLQ, "rules-dlq-sink");
    LiveLane.publish(views(limited.usage()), endpoints, Topics.RATE_COUNTING_LIVE, "live");
  }

  /** The rules, for which requests wait only where the order of times counts. */
  private static DataStream<RateRule> rules(DataStream<LimitRuled> rules, RateLimitSpec spec) {
    DataStream<RateRule> made =
        rules
            .map(LimitRows::rule)
            .returns(TypeInformation.of(RateRule.class))
            .uid("limit-rules")
            .name("Rule of limits");
    return spec.inEventTime() ? made : Unawaited.of(made, "unawaited-rules");
  }

  private static DataStream<ViewContents> views(DataStream<KeyUsage> usage) {
    return usage
        .keyBy(KeyUsage::dimension)
        .process(new MostLimitedFunction(), TypeInformation.of(MostLimited.class))
        .uid("most-limited")
        .name("Most limited keys")
        .map(new LimitViews())
        .uid("live-contents")
        .name("Most limited to live view");
  }
}
