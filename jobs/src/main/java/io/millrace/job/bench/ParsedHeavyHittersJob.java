package io.millrace.job.bench;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.Endpoints;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.web.HeavyHittersOptions;
import io.millrace.operator.sketch.SketchAlgorithm;
import io.millrace.operator.topk.Dimension;
import io.millrace.operator.topk.HeavyHitters;
import io.millrace.operator.topk.HeavyHittersSpec;
import io.millrace.operator.topk.Ranking;
import io.millrace.operator.window.PanedWindows;
import io.millrace.schema.Topics;
import io.millrace.schema.ranking.RankedItem;
import io.millrace.schema.ranking.RankingPublished;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Heavy hitters with its defaults over {@link ParsedRows}: what the ranking alone costs. Out:
 * {@code heavy-hitters.rankings}. State: that of heavy hitters.
 */
public final class ParsedHeavyHittersJob {
  static final JobDescription JOB =
      new JobDescription(
          "heavy-hitters-parsed",
          ParsedHeavyHittersJob.class,
          "How fast are requests ranked that need no parsing?",
          List.of(),
          List.of(Topics.HEAVY_HITTERS_RANKINGS),
          List.of(),
          List.of(ParsedSource.ROWS, HeavyHittersOptions.ALGORITHM));

  private ParsedHeavyHittersJob() {}

  /**
   * A request of which nothing is left but what is ranked.
   *
   * @param at event time in milliseconds since the epoch
   * @param path what was requested
   */
  public record ParsedRequest(long at, String path) {}

  /** Runs the job; {@code --help} prints its options. */
  public static void main(String[] args) throws Exception {
    JobLauncher.launch(JOB, args, ParsedHeavyHittersJob::build);
  }

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    DataStream<ParsedRequest> requests =
        ParsedSource.read(
            env,
            config.get(ParsedSource.ROWS),
            config.get(KafkaOptions.MAX_OUT_OF_ORDERNESS),
            new RequestShape(),
            TypeInformation.of(ParsedRequest.class));
    long window = HeavyHittersOptions.WINDOW.defaultValue().toMillis();
    String algorithm = config.get(HeavyHittersOptions.ALGORITHM);
    HeavyHittersSpec spec =
        new HeavyHittersSpec(
            new PanedWindows(window, window, 0),
            HeavyHittersOptions.K.defaultValue(),
            SketchAlgorithm.ofCode(algorithm),
            config.millis(KafkaOptions.MAX_AHEAD),
            HeavyHittersSpec.DEFAULT_LOCAL_BYTES);
    DataStream<RankingPublished> published =
        HeavyHitters.rank(
                requests,
                spec,
                List.of(new Dimension<>("path", ParsedRequest::path)),
                request -> 1,
                "heavy-hitters")
            .published()
            .map(new ToRow(spec.k(), algorithm))
            .uid("rankings")
            .name("Ranking to row");
    endpoints.publish(published, Topics.HEAVY_HITTERS_RANKINGS, "rankings-sink");
  }

  private record RequestShape() implements ParsedSource.Shape<String, ParsedRequest> {
    @Override
    public String path(String path) {
      return path;
    }

    @Override
    public ParsedRequest row(long at, String path) {
      return new ParsedRequest(at, path);
    }
  }

  private record ToRow(int k, String algorithm) implements MapFunction<Ranking, RankingPublished> {
    @Override
    public RankingPublished map(Ranking ranking) {
      List<RankedItem> items = new ArrayList<>(ranking.items().size());
      for (var item : ranking.items()) {
        items.add(
            new RankedItem(
                items.size() + 1, item.item(), item.count(), item.lowerBound(), item.upperBound()));
      }
      return new RankingPublished(
          ranking.dimension(),
          ranking.windowStart(),
          ranking.windowEnd(),
          ranking.total(),
          k,
          algorithm,
          ranking.maxError(),
          items);
    }
  }
}
