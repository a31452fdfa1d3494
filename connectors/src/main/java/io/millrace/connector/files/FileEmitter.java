package io.millrace.connector.files;

import io.millrace.connector.files.FileEvent.Kind;
import io.millrace.schema.codec.Rejection;
import java.util.Map;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;

/**
 * Counts and emits what was found in a file, together with its position, so that a checkpoint holds
 * both or neither.
 *
 * <p><b>Metrics</b>: {@code numFileRows}, {@code numFileRowsRefused}, {@code numFilesCompleted},
 * {@code numFilesDamaged}.
 */
final class FileEmitter implements RecordEmitter<FileStep, FileEvent, FileEmitter.Progress> {
  private static final int PROGRESS_ROWS = 5_000;

  private final Counter rows;
  private final Counter refused;
  private final Counter completed;
  private final Counter damaged;

  FileEmitter(MetricGroup metrics) {
    this.rows = metrics.counter("numFileRows");
    this.refused = metrics.counter("numFileRowsRefused");
    this.completed = metrics.counter("numFilesCompleted");
    this.damaged = metrics.counter("numFilesDamaged");
  }

  /** How far a file is. */
  static final class Progress {
    private FileSplit split;

    Progress(FileSplit split) {
      this.split = split;
    }

    FileSplit split() {
      return split;
    }
  }

  @Override
  public void emitRecord(FileStep step, SourceOutput<FileEvent> out, Progress progress) {
    FileSplit before = progress.split;
    FileTally tally = before.tally();
    switch (step.kind()) {
      case ROW -> {
        tally = tally.withRow(step.at());
        rows.inc();
      }
      case REFUSED -> {
        tally = tally.withRefused();
        refused.inc();
      }
      case COMPLETED -> completed.inc();
      case DAMAGED -> damaged.inc();
      case STARTED, PROGRESS -> {
        // Nothing is counted.
      }
    }
    boolean ended = step.kind() == Kind.COMPLETED || step.kind() == Kind.DAMAGED;
    progress.split = new FileSplit(before.file(), step.position(), true, ended, tally);
    out.collect(event(step.kind(), step.row(), step.at(), before.file(), tally));
    if (step.kind() == Kind.ROW && tally.rowsIn() % PROGRESS_ROWS == 0) {
      out.collect(event(Kind.PROGRESS, null, step.at(), before.file(), tally));
    }
  }

  private static FileEvent event(
      Kind kind, @Nullable Row row, long at, IngestedFile file, FileTally tally) {
    Map<String, String> fields = kind == Kind.ROW && row != null ? row.fields() : Map.of();
    Rejection rejection = row == null ? null : row.rejection();
    return new FileEvent(
        kind,
        file,
        tally.rowsIn(),
        kind == Kind.ROW ? at : file.modifiedAt(),
        fields,
        rejection,
        row == null ? "" : row.message(),
        kind == Kind.REFUSED && row != null ? row.raw() : null,
        tally);
  }
}
