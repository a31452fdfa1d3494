package io.millrace.job.bench;

import io.millrace.connector.kafka.KafkaEvents;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.connector.kafka.KafkaRow;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobEnvironment;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.listening.SongPlayed;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Writes rows to a topic: those that it makes, or the bytes of another topic, which are passed on.
 * In: nothing, or {@code listening.plays}. Out: {@code sinks.plays}. State: none but its position.
 */
public final class TopicSinkJob {
  static final ConfigOption<Writer> WRITER =
      ConfigOptions.key("writer")
          .enumType(Writer.class)
          .defaultValue(Writer.SINK)
          .withDescription("What is written, and by what.");

  /** What is written: the topic of plays under another name. */
  static final Topic<SongPlayed> OUTPUT =
      new Topic<>(
          "sinks.plays",
          "A play that a benchmark has written.",
          SongPlayed.class,
          Topic.Lane.RESULT,
          "userId",
          Topics.LISTENING_PLAYS.partitions(),
          Topic.Cleanup.DELETE,
          Topic.View.TABLE,
          null);

  static final JobDescription JOB =
      new JobDescription(
          "topic-sinks",
          TopicSinkJob.class,
          "How fast are rows written to a topic?",
          List.of(Topics.LISTENING_PLAYS),
          List.of(OUTPUT),
          List.of(),
          List.of(WRITER, SinkJob.ROWS));

  private TopicSinkJob() {}

  /** What is written, and by what. */
  enum Writer {
    /** Rows that are made, by the sink of every job. */
    SINK,
    /** The same, by a loop around the client. */
    LOOP,
    /** The bytes of another topic, by the sink of every job. */
    PASS_THROUGH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Runs the job. */
  public static void main(String[] args) throws Exception {
    JobConfig config = JobConfig.parse(args, JOB);
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    KafkaTopics.prepare(config.configuration(), JOB.topics());
    build(env, config);
    env.execute(config.get(KafkaOptions.JOB_NAME));
  }

  static void build(StreamExecutionEnvironment env, JobConfig config) {
    env.setParallelism(1);
    switch (config.get(WRITER)) {
      case SINK -> KafkaEvents.write(made(env, config), config.configuration(), OUTPUT, "written");
      case LOOP ->
          made(env, config)
              .transform(
                  "Loop",
                  Types.LONG,
                  new KafkaLoop(
                      config.get(KafkaOptions.BOOTSTRAP),
                      config.get(KafkaOptions.TOPIC_PREFIX) + OUTPUT.name()))
              .uid("loop")
              .sinkTo(new DiscardingSink<>())
              .uid("written");
      case PASS_THROUGH ->
          KafkaEvents.write(
              env.fromSource(
                      KafkaEvents.source(
                          config.configuration(), Topics.LISTENING_PLAYS, new RawDeserializer()),
                      WatermarkStrategy.noWatermarks(),
                      Topics.LISTENING_PLAYS.name())
                  .uid("plays")
                  .map(value -> new KafkaRow(null, value))
                  .returns(KafkaRow.class)
                  .uid("rows"),
              config.configuration(),
              OUTPUT,
              "written");
    }
  }

  private static SingleOutputStreamOperator<KafkaRow> made(
      StreamExecutionEnvironment env, JobConfig config) {
    return SinkRows.made(env, config.get(SinkJob.ROWS), 0)
        .process(KafkaEvents.encoder(config.configuration(), OUTPUT))
        .returns(KafkaRow.class)
        .uid("encode");
  }
}
