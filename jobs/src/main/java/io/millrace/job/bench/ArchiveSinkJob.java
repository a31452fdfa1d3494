package io.millrace.job.bench;

import io.millrace.connector.archive.Archive;
import io.millrace.connector.archive.ArchiveOptions;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobEnvironment;
import io.millrace.schema.listening.SongPlayed;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Archives rows that it makes. One task does it all. In: nothing. Out: the archive {@code plays},
 * or by a loop around S3's client the objects below {@code loop/}. State: the number of rows made,
 * and where each unfinished file is.
 */
public final class ArchiveSinkJob {
  static final ConfigOption<String> ENDPOINT =
      ConfigOptions.key("s3-endpoint")
          .stringType()
          .defaultValue("")
          .withDescription("Address of the S3 endpoint, for the loop.");

  static final ConfigOption<String> BUCKET =
      ConfigOptions.key("s3-bucket")
          .stringType()
          .defaultValue("archive")
          .withDescription("The bucket that the loop writes to.");

  static final ConfigOption<String> ACCESS_KEY =
      ConfigOptions.key("s3-access-key")
          .stringType()
          .defaultValue("")
          .withDescription("Whom the endpoint lets in, for the loop.");

  static final ConfigOption<String> SECRET_KEY =
      ConfigOptions.key("s3-secret-key")
          .stringType()
          .defaultValue("")
          .withDescription("What the loop signs with.");

  static final JobDescription JOB =
      new JobDescription(
          "archive-sinks",
          ArchiveSinkJob.class,
          "How fast are rows archived, and are they all there?",
          List.of(),
          List.of(),
          List.of(),
          List.of(
              SinkJob.WRITER,
              SinkJob.ROWS,
              SinkJob.RATE,
              ArchiveOptions.ARCHIVE,
              ArchiveOptions.ARCHIVE_FORMAT,
              ArchiveOptions.ARCHIVE_ROLL_SIZE,
              ArchiveOptions.ARCHIVE_ROLL_INTERVAL,
              ENDPOINT,
              BUCKET,
              ACCESS_KEY,
              SECRET_KEY));

  private ArchiveSinkJob() {}

  /** Runs the job. */
  public static void main(String[] args) throws Exception {
    JobConfig config = JobConfig.parse(args, JOB);
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    build(env, config);
    env.execute(config.get(KafkaOptions.JOB_NAME));
  }

  static void build(StreamExecutionEnvironment env, JobConfig config) {
    env.setParallelism(1);
    DataStream<SongPlayed> rows =
        SinkRows.made(env, config.get(SinkJob.ROWS), config.get(SinkJob.RATE));
    switch (config.get(SinkJob.WRITER)) {
      case SINK ->
          rows.sinkTo(
                  Archive.of(
                      config.configuration(),
                      "plays",
                      SongPlayed.class,
                      row -> row,
                      SongPlayed::at))
              .uid("archive");
      case LOOP ->
          rows.transform(
                  "Loop",
                  Types.LONG,
                  new S3Loop(
                      new S3Loop.Endpoint(
                          config.get(ENDPOINT),
                          config.get(BUCKET),
                          config.get(ACCESS_KEY),
                          config.get(SECRET_KEY))))
              .uid("loop")
              .sinkTo(new DiscardingSink<>())
              .uid("written");
    }
  }
}
