package io.millrace.job.files;

import io.millrace.connector.files.ExportedFile;
import io.millrace.connector.files.FileExportSink;
import io.millrace.connector.lane.RecordOrigin;
import io.millrace.job.Endpoints;
import io.millrace.job.Ingest;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.operator.export.WindowExport;
import io.millrace.operator.export.WindowRow;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.files.FileExported;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LateArrived;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What topics say, as files of an hour each. In: {@code file-ingestion.records}, or the topics that
 * an option names. Out: a directory, on this machine or behind FTP, FTPS or SFTP, {@code
 * file-export.files}; late: {@code file-export.late}; rejects: {@code file-export.rows.dlq}. State:
 * O(rows of open windows).
 */
public final class FileExportJob {
  /** What it is, for its users. */
  public static final JobDescription JOB =
      new JobDescription(
          "file-export",
          FileExportJob.class,
          "Is every row in the file of its window, which is there as a whole or not at all?",
          List.of(Topics.FILE_INGESTION_RECORDS),
          List.of(Topics.FILE_EXPORT_FILES, Topics.FILE_EXPORT_LATE, Topics.FILE_EXPORT_ROWS_DLQ),
          List.of(),
          FileExportOptions.ALL);

  private FileExportJob() {}

  /** Runs the job; {@code --help} prints its options. */
  public static void main(String[] args) throws Exception {
    JobLauncher.launch(JOB, args, FileExportOptions::topics, FileExportJob::build);
  }

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    List<DataStream<WindowRow>> rows = new ArrayList<>();
    List<DataStream<DeadLettered>> refused = new ArrayList<>();
    for (Topic<?> topic : FileExportOptions.topics(config)) {
      read(env, config, endpoints, topic, rows, refused);
    }
    SingleOutputStreamOperator<FileExported> files =
        WindowExport.of(
            union(rows),
            FileExportOptions.spec(config),
            FileExportOptions.writer(config),
            TypeInformation.of(FileExported.class),
            "windows");
    rows(files, ExportRows::written, ExportedFile.class, "written-files")
        .sinkTo(new FileExportSink(FileExportOptions.location(config)))
        .uid("files-sink")
        .name("Release files");
    refused.add(endpoints.publish(files, Topics.FILE_EXPORT_FILES, "manifest-sink"));
    refused.add(
        endpoints.publish(
            rows(
                files.getSideOutput(WindowExport.LATE),
                ExportRows::late,
                LateArrived.class,
                "late"),
            Topics.FILE_EXPORT_LATE,
            "late-sink"));
    endpoints.publish(union(refused), Topics.FILE_EXPORT_ROWS_DLQ, "rows-dlq-sink");
  }

  private static <T extends Record> void read(
      StreamExecutionEnvironment env,
      JobConfig config,
      Endpoints endpoints,
      Topic<T> topic,
      List<DataStream<WindowRow>> rows,
      List<DataStream<DeadLettered>> refused) {
    String uid = topic.name().replace('.', '-');
    Ingest.Ingested<Tuple2<T, RecordOrigin>> ingested =
        Ingest.withOrigin(env, config, endpoints, topic, uid);
    rows.add(
        rows(ingested.values(), new ExportRows.ToRow<>(topic), WindowRow.class, uid + "-rows"));
    refused.add(ingested.deadLetters());
  }

  private static <T> DataStream<T> union(List<DataStream<T>> streams) {
    DataStream<T> all = streams.get(0);
    for (DataStream<T> other : streams.subList(1, streams.size())) {
      all = all.union(other);
    }
    return all;
  }

  private static <I, O> DataStream<O> rows(
      DataStream<I> from, MapFunction<I, O> map, Class<O> type, String uid) {
    return from.map(map)
        .returns(TypeInformation.of(type))
        .uid(uid)
        .name("To " + type.getSimpleName());
  }
}
