package io.millrace.job.bench;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobEnvironment;
import io.millrace.job.StoreAccess;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.listening.SongPlayed;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Writes rows that it makes to a store, which it empties before, and reads them back at the end.
 * One task does it all. In: nothing. Out: the store, and the accumulators of {@link ReadBack}.
 * State: none but the number of rows made.
 */
public final class SinkJob {
  static final ConfigOption<SinkTarget> SINK =
      ConfigOptions.key("sink")
          .enumType(SinkTarget.class)
          .noDefaultValue()
          .withDescription("The store that is written.");

  static final ConfigOption<Writer> WRITER =
      ConfigOptions.key("writer")
          .enumType(Writer.class)
          .defaultValue(Writer.SINK)
          .withDescription("What writes: the sink of every job, or a loop around the client.");

  static final ConfigOption<Integer> ROWS =
      ConfigOptions.key("rows")
          .intType()
          .defaultValue(1_000_000)
          .withDescription("How many rows are written.");

  static final ConfigOption<Integer> RATE =
      ConfigOptions.key("rate")
          .intType()
          .defaultValue(0)
          .withDescription("The most rows that are written a second; 0 for no limit.");

  static final JobDescription JOB =
      new JobDescription(
          "sinks",
          SinkJob.class,
          "How fast are rows written, and are they all there?",
          List.of(),
          List.of(),
          List.of(
              StoreAccess.REDIS,
              StoreAccess.POSTGRES,
              StoreAccess.CASSANDRA,
              StoreAccess.OPENSEARCH),
          List.of(SINK, WRITER, ROWS, RATE));

  private SinkJob() {}

  /** What writes. */
  enum Writer {
    /** The sink of every job. */
    SINK,
    /** A loop around the store's client. */
    LOOP;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Empties the store and runs the job. */
  public static void main(String[] args) throws Exception {
    JobConfig config = JobConfig.parse(args, JOB);
    try (PlainStore store = config.get(SINK).open(config.configuration())) {
      store.clear();
    }
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    build(env, config);
    env.execute(config.get(KafkaOptions.JOB_NAME));
  }

  static void build(StreamExecutionEnvironment env, JobConfig config) {
    env.setParallelism(1);
    SinkTarget target = config.get(SINK);
    Configuration options = config.configuration();
    DataStream<SongPlayed> rows = SinkRows.made(env, config.get(ROWS), config.get(RATE));
    SingleOutputStreamOperator<DeadLettered> refused =
        switch (config.get(WRITER)) {
          case SINK -> target.write(rows, options);
          case LOOP ->
              rows.transform(
                  "Loop", TypeInformation.of(DeadLettered.class), new PlainWriter(target, options));
        };
    refused
        .uid("writer")
        .transform("Read back", Types.LONG, new ReadBack(target, options, config.get(ROWS)))
        .uid("read-back")
        .sinkTo(new DiscardingSink<>())
        .uid("written");
  }
}
