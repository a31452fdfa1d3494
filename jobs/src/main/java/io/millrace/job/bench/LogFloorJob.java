package io.millrace.job.bench;

import io.millrace.connector.kafka.KafkaEvents;
import io.millrace.job.Endpoints;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.operator.logline.ParsedLine;
import io.millrace.schema.Topics;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Reads lines of logs in JSON and discards them: the work that no job over them can do without. In:
 * {@code logs.raw}. Out: nothing but the accumulators of {@link Discard}. State: none.
 */
public final class LogFloorJob {
  /** How much is done with a line before it is discarded. */
  static final ConfigOption<Variant> VARIANT =
      ConfigOptions.key("variant")
          .enumType(Variant.class)
          .defaultValue(Variant.FLOOR)
          .withDescription("How much is done with a line before it is discarded.");

  static final JobDescription JOB =
      new JobDescription(
          "log-floor",
          LogFloorJob.class,
          "How fast can lines of logs be read at all?",
          List.of(Topics.LOGS_RAW),
          List.of(),
          List.of(),
          List.of(VARIANT));

  private LogFloorJob() {}

  /** How much is done with a line before it is discarded. */
  enum Variant {
    /** Nothing: its bytes are read. */
    RAW,
    /** It is read with Jackson's streaming parser. */
    FLOOR,
    /** The same, and it goes to the task of its service. */
    EXCHANGE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Runs the job; {@code --help} prints its options. */
  public static void main(String[] args) throws Exception {
    JobLauncher.launch(JOB, args, LogFloorJob::build);
  }

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    switch (config.get(VARIANT)) {
      case RAW ->
          Discard.all(
              read(
                  env,
                  KafkaEvents.source(
                      config.configuration(), Topics.LOGS_RAW, new RawDeserializer())),
              bytes -> bytes.length);
      case FLOOR -> Discard.all(lines(env, config), JacksonLines::checksum);
      case EXCHANGE ->
          Discard.all(
              lines(env, config).keyBy(line -> String.valueOf(line.service()), Types.STRING),
              JacksonLines::checksum);
    }
  }

  private static DataStream<ParsedLine> lines(StreamExecutionEnvironment env, JobConfig config) {
    return read(
        env, KafkaEvents.source(config.configuration(), Topics.LOGS_RAW, new JacksonLines()));
  }

  private static <T> DataStream<T> read(StreamExecutionEnvironment env, KafkaSource<T> source) {
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), Topics.LOGS_RAW.name())
        .uid("lines-source");
  }
}
