package io.millrace.job.logs;

import io.millrace.operator.logline.LineException;
import io.millrace.operator.logline.LineText;
import io.millrace.operator.logs.LogLine;
import io.millrace.schema.logs.LineArchived;
import java.util.Base64;
import org.apache.flink.util.function.SerializableFunction;
import org.jspecify.annotations.Nullable;

/** Makes a row of the archive of a line, so that its bytes can be had back. */
final class ArchiveRow implements SerializableFunction<LogLine, LineArchived> {
  private static final long serialVersionUID = 1L;

  @Override
  public LineArchived apply(LogLine line) {
    byte[] value = line.value();
    String text = value == null ? null : text(value);
    return new LineArchived(
        line.source(),
        text,
        value == null || text != null ? null : Base64.getEncoder().encodeToString(value),
        line.timestamp(),
        line.topic(),
        line.partition(),
        line.offset());
  }

  private static @Nullable String text(byte[] value) {
    try {
      return LineText.of(value, value.length).toString();
    } catch (LineException e) {
      return null;
    }
  }
}
