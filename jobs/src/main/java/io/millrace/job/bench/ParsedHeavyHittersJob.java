package io.millrace.job.bench;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.Endpoints;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.web.HeavyHittersJob;
import io.millrace.job.web.HeavyHittersOptions;
import io.millrace.operator.sketch.ItemSlice;
import io.millrace.operator.sketch.SketchAlgorithm;
import io.millrace.operator.topk.Dimension;
import io.millrace.operator.topk.HeavyHitters;
import io.millrace.operator.topk.HeavyHitters.Rankings;
import io.millrace.operator.topk.HeavyHittersSpec;
import io.millrace.operator.window.PanedWindows;
import io.millrace.schema.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
   * @param path what was requested, in UTF-8
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record ParsedRequest(long at, byte[] path) {}

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
    HeavyHittersSpec spec =
        new HeavyHittersSpec(
            new PanedWindows(window, window, 0),
            HeavyHittersOptions.K.defaultValue(),
            SketchAlgorithm.ofCode(config.get(HeavyHittersOptions.ALGORITHM)),
            HeavyHittersSpec.DEFAULT_MEMORY_BYTES,
            config.millis(KafkaOptions.MAX_AHEAD),
            HeavyHittersSpec.DEFAULT_LOCAL_BYTES);
    Rankings<ParsedRequest> rankings =
        HeavyHitters.rank(
            requests,
            spec,
            List.of(new Dimension<>("path", ParsedHeavyHittersJob::locate)),
            request -> 1,
            "heavy-hitters");
    endpoints.publish(
        HeavyHittersJob.rows(rankings, spec), Topics.HEAVY_HITTERS_RANKINGS, "rankings-sink");
  }

  private static boolean locate(ParsedRequest request, ItemSlice item) {
    item.set(request.path(), 0, request.path().length);
    return true;
  }

  private record RequestShape() implements ParsedSource.Shape<byte[], ParsedRequest> {
    @Override
    public byte[] path(String path) {
      return path.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public ParsedRequest row(long at, byte[] path) {
      return new ParsedRequest(at, path);
    }
  }
}
