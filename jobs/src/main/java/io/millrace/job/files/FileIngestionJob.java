package io.millrace.job.files;

import io.millrace.connector.files.FileEvent;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.Endpoints;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.LiveLane;
import io.millrace.job.StoreAccess;
import io.millrace.operator.logs.BoardRow;
import io.millrace.operator.logs.LogIngestion;
import io.millrace.schema.Topics;
import io.millrace.schema.files.FileIngested;
import io.millrace.schema.files.FileRecorded;
import io.millrace.schema.lane.DeadLettered;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Files as they arrive, each once, row by row. In: a directory, on this machine or behind FTP, FTPS
 * or SFTP. Out: {@code file-ingestion.records}, {@code file-ingestion.files}; live: {@code
 * file-ingestion.live}; PostgreSQL: {@code ingested_files}; rejects: {@code
 * file-ingestion.rows.dlq}. State: O(files remembered), and a position in each file being read.
 */
public final class FileIngestionJob {
  /** What it is, for its users. */
  public static final JobDescription JOB =
      new JobDescription(
          "file-ingestion",
          FileIngestionJob.class,
          "Was every file taken in once, row by row?",
          List.of(),
          List.of(
              Topics.FILE_INGESTION_RECORDS,
              Topics.FILE_INGESTION_FILES,
              Topics.FILE_INGESTION_LIVE,
              Topics.FILE_INGESTION_ROWS_DLQ),
          List.of(StoreAccess.POSTGRES),
          FileIngestionOptions.ALL);

  private FileIngestionJob() {}

  /** Runs the job; {@code --help} prints its options. */
  public static void main(String[] args) throws Exception {
    JobLauncher.launch(JOB, args, FileIngestionJob::build);
  }

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    DataStream<FileEvent> events =
        env.fromSource(
                FileIngestionOptions.source(config), WatermarkStrategy.noWatermarks(), "files")
            .uid("files-source");
    DataStream<FileIngested> manifest =
        rows(events, FileEvents::manifest, FileIngested.class, "manifest");
    DataStream<DeadLettered> refused =
        rows(
                events,
                new FileEvents.ToDeadLetter(config.get(KafkaOptions.JOB_NAME)),
                DeadLettered.class,
                "refused-rows")
            .union(
                endpoints.publish(
                    rows(events, FileEvents::record, FileRecorded.class, "records"),
                    Topics.FILE_INGESTION_RECORDS,
                    "records-sink"),
                endpoints.publish(manifest, Topics.FILE_INGESTION_FILES, "manifest-sink"));
    if (StoreAccess.writes(config, StoreAccess.POSTGRES)) {
      refused =
          refused.union(
              endpoints.postgres(
                  manifest.keyBy(FileIngested::fileId),
                  FileIngested.class,
                  FileManifest.FILES,
                  FileManifest.SCRIPT,
                  FileManifest::row,
                  "ingested-files-sink"));
    }
    endpoints.publish(refused, Topics.FILE_INGESTION_ROWS_DLQ, "rows-dlq-sink");
    LiveLane.publish(
        LogIngestion.board(
            rows(events, new FileEvents.ToBoard(), BoardRow.class, "files-view"),
            !config.get(KafkaOptions.BOUNDED),
            "board"),
        endpoints,
        Topics.FILE_INGESTION_LIVE,
        "live");
  }

  private static <O> DataStream<O> rows(
      DataStream<FileEvent> events, FlatMapFunction<FileEvent, O> map, Class<O> type, String uid) {
    return events
        .flatMap(map)
        .returns(TypeInformation.of(type))
        .uid(uid)
        .name("To " + type.getSimpleName());
  }
}
