package io.millrace.job.files;

import io.millrace.connector.files.FileEvent;
import io.millrace.connector.files.FileEvent.Kind;
import io.millrace.connector.files.FileTally;
import io.millrace.connector.files.IngestedFile;
import io.millrace.connector.lane.DeadLetters;
import io.millrace.operator.logs.BoardRow;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import io.millrace.schema.files.FileIngested;
import io.millrace.schema.files.FileRecorded;
import io.millrace.schema.files.FileState;
import io.millrace.schema.lane.DeadLettered;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.util.Collector;

/** Turns what a source tells of files into what topics, the store and the live view have. */
final class FileEvents {
  private static final String VIEW = "files";

  /** Reasons for which the bytes are no row at all. */
  private static final Set<Rejection> UNREADABLE =
      Set.of(
          Rejection.EMPTY,
          Rejection.NOT_UTF8,
          Rejection.NOT_JSON,
          Rejection.TRUNCATED,
          Rejection.TRAILING_CONTENT,
          Rejection.NOT_AN_OBJECT,
          Rejection.TOO_DEEP,
          Rejection.DUPLICATE_FIELD,
          Rejection.INVALID_LINE,
          Rejection.DAMAGED_FILE);

  private FileEvents() {}

  private static String recordId(FileEvent event) {
    return event.file().fileId() + ":" + event.row();
  }

  static void record(FileEvent event, Collector<FileRecorded> out) {
    if (event.kind() == Kind.ROW) {
      out.collect(
          new FileRecorded(
              recordId(event),
              event.file().fileId(),
              event.file().name(),
              event.row(),
              event.at(),
              event.fields()));
    }
  }

  /** The beginning and the end of files. */
  static void manifest(FileEvent event, Collector<FileIngested> out) {
    if (event.kind() == Kind.STARTED
        || event.kind() == Kind.COMPLETED
        || event.kind() == Kind.DAMAGED) {
      out.collect(ingested(event));
    }
  }

  private static FileIngested ingested(FileEvent event) {
    FileState state =
        switch (event.kind()) {
          case COMPLETED -> FileState.COMPLETE;
          case DAMAGED -> FileState.DAMAGED;
          case STARTED, ROW, REFUSED, PROGRESS -> FileState.READING;
        };
    IngestedFile file = event.file();
    FileTally tally = event.tally();
    return new FileIngested(
        file.fileId(),
        state == FileState.READING ? 0 : 1,
        file.name(),
        file.size(),
        file.sha256(),
        file.modifiedAt(),
        state,
        tally.rowsIn(),
        tally.rowsOut(),
        tally.refused(),
        tally.firstAt(),
        tally.lastAt(),
        event.message().isEmpty() ? null : event.message());
  }

  /**
   * Makes dead letters of refused rows: their topic is the file, their offset the row.
   *
   * @param job the job's name
   */
  record ToDeadLetter(String job) implements FlatMapFunction<FileEvent, DeadLettered> {
    @Override
    public void flatMap(FileEvent event, Collector<DeadLettered> out) {
      Rejection rejection = event.rejection();
      if (event.kind() != Kind.REFUSED || rejection == null) {
        return;
      }
      out.collect(
          DeadLetters.of(
              job,
              UNREADABLE.contains(rejection) ? Stage.DECODE : Stage.VALIDATE,
              rejection,
              event.message(),
              new DeadLetters.Origin(
                  event.file().name(),
                  DeadLetters.NO_PARTITION,
                  event.row(),
                  event.file().modifiedAt(),
                  Map.of("fileId", event.file().fileId(), "sha256", event.file().sha256()),
                  false),
              recordId(event).getBytes(StandardCharsets.UTF_8),
              event.raw()));
    }
  }

  /** Shows how far files are. */
  static final class ToBoard extends RichFlatMapFunction<FileEvent, BoardRow> {
    private static final long serialVersionUID = 1L;

    private transient JsonCodec<FileIngested> codec;

    @Override
    public void open(OpenContext context) {
      codec = Topics.FILE_INGESTION_FILES.codec();
    }

    @Override
    public void flatMap(FileEvent event, Collector<BoardRow> out) {
      if (event.kind() != Kind.ROW && event.kind() != Kind.REFUSED) {
        out.collect(
            new BoardRow(
                VIEW,
                event.file().fileId(),
                event.file().foundAt(),
                new String(codec.encode(ingested(event)), StandardCharsets.UTF_8)));
      }
    }
  }
}
