package io.millrace.job.bench;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.connector.store.StoreWriter;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobEnvironment;
import io.millrace.job.StoreAccess;
import io.millrace.operator.geo.LocationSharing;
import io.millrace.operator.geo.OwnerEvent;
import io.millrace.operator.geo.ShareSpec;
import io.millrace.operator.geo.ViewerEvent;
import io.millrace.operator.geo.ViewerFunction;
import io.millrace.operator.geo.ViewerInput;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Fans positions out into Redis, as events arrive: first as fast as it goes and then at half of
 * that rate, at which it measures how long a position takes to be in Redis, and how many changes go
 * into one write. In: {@link PacedPositions}. Out: Redis {@code positions:<viewerId>}, and the
 * accumulators of {@link RedisFindings}. State: O(grants).
 */
public final class PacedLocationsJob {
  static final ConfigOption<Integer> POSITIONS =
      ConfigOptions.key("positions")
          .intType()
          .defaultValue(500_000)
          .withDescription("How many positions are made.");

  static final JobDescription JOB =
      new JobDescription(
          "paced-locations",
          PacedLocationsJob.class,
          "How long does a position take to Redis?",
          List.of(),
          List.of(),
          List.of(StoreAccess.REDIS),
          List.of(LocationFeed.ROWS, POSITIONS));

  private static final ShareSpec SPEC = new ShareSpec(340, 0, false, true);

  private PacedLocationsJob() {}

  /** Runs the job. */
  public static void main(String[] args) throws Exception {
    JobConfig config = JobConfig.parse(args, JOB);
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    build(env, config);
    env.execute(config.get(KafkaOptions.JOB_NAME));
  }

  static void build(StreamExecutionEnvironment env, JobConfig config) {
    String file = config.get(LocationFeed.ROWS);
    LocationFeed feed = LocationFeed.of(file);
    int rows = feed.grants().size() + config.get(POSITIONS);
    int tasks = env.getParallelism();
    if (rows % tasks != 0 || feed.owners() % tasks != 0) {
      throw new IllegalArgumentException(
          rows
              + " rows of "
              + feed.owners()
              + " owners can't be dealt out to "
              + tasks
              + " tasks; both must be multiples");
    }
    RedisLatencies.start(tasks, feed.owners());
    KeyedStream<OwnerEvent, String> owners =
        env.fromSource(
                new NumberSequenceSource(0, rows - 1L),
                WatermarkStrategy.noWatermarks(),
                "numbers",
                Types.LONG)
            .uid("numbers-source")
            .map(new PacedPositions(file, rows))
            .returns(OwnerEvent.STREAM_TYPE)
            .uid("positions")
            .name("Grant or position of the number")
            .keyBy(OwnerEvent::ownerId, Types.STRING);
    DataStream<ViewerEvent> changed =
        LocationSharing.keep(
                LocationSharing.of(owners, SPEC)
                    .each(PacedLocationsJob::news)
                    .keyBy(ViewerInput::viewerId, Types.STRING),
                SPEC,
                "viewers")
            .getSideOutput(ViewerFunction.CHANGED);
    StoreWriter.write(
            changed,
            ViewerEvent.class,
            TimedRedis::changed,
            TimedRedis.of(config.configuration()),
            config.get(KafkaOptions.JOB_NAME))
        .uid("redis-sink")
        .transform("Find", Types.LONG, new RedisFindings(file, config.configuration()))
        .setParallelism(1)
        .uid("findings")
        .sinkTo(new DiscardingSink<>())
        .setParallelism(1)
        .uid("found");
  }

  private static DataStream<ViewerInput> news(DataStream<ViewerEvent> told, String prefix) {
    return told.map(ViewerInput::news)
        .returns(ViewerInput.STREAM_TYPE)
        .uid(prefix + "news")
        .name("To ViewerInput");
  }
}
