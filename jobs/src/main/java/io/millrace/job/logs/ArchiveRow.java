package io.millrace.job.logs;

import io.millrace.operator.logline.LineException;
import io.millrace.operator.logline.LineText;
import io.millrace.operator.logs.LogLine;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.logs.LineArchived;
import java.util.Base64;
import org.apache.flink.util.function.SerializableFunction;
import org.jspecify.annotations.Nullable;

/** Writes a line as a row of the archive, so that its bytes can be had back. */
final class ArchiveRow implements SerializableFunction<LogLine, byte[]> {
  private static final long serialVersionUID = 1L;

  private transient @Nullable JsonCodec<LineArchived> codec;

  @Override
  public byte[] apply(LogLine line) {
    JsonCodec<LineArchived> known = codec;
    if (known == null) {
      known = JsonCodec.of(LineArchived.class);
      codec = known;
    }
    byte[] value = line.value();
    String text = value == null ? null : text(value);
    return known.encode(
        new LineArchived(
            line.source(),
            text,
            value == null || text != null ? null : Base64.getEncoder().encodeToString(value),
            line.timestamp(),
            line.topic(),
            line.partition(),
            line.offset()));
  }

  private static @Nullable String text(byte[] value) {
    try {
      return LineText.of(value, value.length).toString();
    } catch (LineException e) {
      return null;
    }
  }
}
