package io.millrace.job.bench;

import io.millrace.connector.kafka.KafkaEvents;
import io.millrace.job.Endpoints;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.schema.Topics;
import io.millrace.schema.web.RequestServed;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Reads web requests and discards them: the work that no job over them can do without. In: {@code
 * web.requests}. Out: nothing but the accumulators of {@link Discard}. State: none.
 */
public final class FloorJob {
  /** How much is done with a record before it is discarded. */
  static final ConfigOption<Variant> VARIANT =
      ConfigOptions.key("variant")
          .enumType(Variant.class)
          .defaultValue(Variant.FLOOR)
          .withDescription("How much is done with a record before it is discarded.");

  static final JobDescription JOB =
      new JobDescription(
          "floor",
          FloorJob.class,
          "How fast can web requests be read at all?",
          List.of(Topics.WEB_REQUESTS),
          List.of(),
          List.of(),
          List.of(VARIANT));

  private static final List<String> PATH = List.of("path");

  private FloorJob() {}

  /** How much is done with a record before it is discarded. */
  enum Variant {
    /** Nothing: its bytes are read. */
    RAW,
    /** It is decoded with Jackson's streaming parser, without any check. */
    FLOOR,
    /** It is decoded as every job does: checked in full, with its bytes where it is refused. */
    OWN,
    /** It is decoded as heavy hitters does: checked in full, and its path is found. */
    PROJECTED,
    /** It is decoded as in {@link #FLOOR}, and goes to the task of its path. */
    EXCHANGE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Runs the job; {@code --help} prints its options. */
  public static void main(String[] args) throws Exception {
    JobLauncher.launch(JOB, args, FloorJob::build);
  }

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    switch (config.get(VARIANT)) {
      case RAW ->
          Discard.all(
              read(
                  env,
                  KafkaEvents.source(
                      config.configuration(), Topics.WEB_REQUESTS, new RawDeserializer())),
              bytes -> bytes.length);
      case FLOOR -> Discard.all(requests(env, config), Checksum::of);
      case OWN ->
          Discard.all(
              read(env, KafkaEvents.source(config.configuration(), Topics.WEB_REQUESTS)),
              decoded -> decoded.isRight() ? Checksum.of(decoded.right()) : 0);
      case PROJECTED ->
          Discard.all(
              read(env, KafkaEvents.source(config.configuration(), Topics.WEB_REQUESTS, PATH)),
              decoded -> decoded.isRight() ? decoded.right().at() + decoded.right().length(0) : 0);
      case EXCHANGE ->
          Discard.all(requests(env, config).keyBy(RequestServed::path, Types.STRING), Checksum::of);
    }
  }

  private static DataStream<RequestServed> requests(
      StreamExecutionEnvironment env, JobConfig config) {
    return read(
        env,
        KafkaEvents.source(config.configuration(), Topics.WEB_REQUESTS, new JacksonDeserializer()));
  }

  private static <T> SingleOutputStreamOperator<T> read(
      StreamExecutionEnvironment env, KafkaSource<T> source) {
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), Topics.WEB_REQUESTS.name())
        .uid("requests-source");
  }
}
