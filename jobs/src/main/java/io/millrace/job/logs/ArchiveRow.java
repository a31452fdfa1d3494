package io.millrace.job.logs;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.millrace.connector.archive.ArchiveLine;
import io.millrace.operator.logline.LineText;
import io.millrace.operator.logs.LogLine;
import io.millrace.schema.codec.JsonOutput;
import io.millrace.schema.logs.LineArchived;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.flink.util.function.SerializableFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes a row of the archive of a line, so that its bytes can be had back. In JSON the bytes are
 * written as they are, but for what is escaped.
 */
final class ArchiveRow
    implements SerializableFunction<LogLine, LineArchived>, ArchiveLine<LogLine> {
  private static final long serialVersionUID = 2L;

  private static final byte[] SOURCE = "{\"source\":".getBytes(US_ASCII);
  private static final byte[] LINE = ",\"line\":".getBytes(US_ASCII);
  private static final byte[] BASE64 = ",\"base64\":".getBytes(US_ASCII);
  private static final byte[] AT = ",\"at\":".getBytes(US_ASCII);
  private static final byte[] TOPIC = ",\"topic\":".getBytes(US_ASCII);
  private static final byte[] PARTITION = ",\"partition\":".getBytes(US_ASCII);
  private static final byte[] OFFSET = ",\"offset\":".getBytes(US_ASCII);
  private static final byte[] NULL = "null".getBytes(US_ASCII);

  @Override
  public LineArchived apply(LogLine line) {
    byte[] value = line.value();
    boolean isText = value != null && LineText.isUtf8(value);
    return new LineArchived(
        line.source(),
        value != null && isText ? new String(value, StandardCharsets.UTF_8) : null,
        value == null || isText ? null : base64(value),
        line.timestamp(),
        line.topic(),
        line.partition(),
        line.offset());
  }

  /** The row of {@link #apply}, whose text costs more than all else that a line is archived by. */
  @Override
  public void write(LogLine line, JsonOutput out) {
    byte[] value = line.value();
    boolean isText = value != null && LineText.isUtf8(value);
    out.raw(SOURCE);
    out.text(line.source());
    out.raw(LINE);
    write(isText ? value : null, out);
    out.raw(BASE64);
    write(value == null || isText ? null : base64(value).getBytes(US_ASCII), out);
    out.raw(AT);
    out.whole(line.timestamp());
    out.raw(TOPIC);
    out.text(line.topic());
    out.raw(PARTITION);
    out.whole(line.partition());
    out.raw(OFFSET);
    out.whole(line.offset());
    out.mark('}');
  }

  private static void write(byte @Nullable [] utf8, JsonOutput out) {
    if (utf8 == null) {
      out.raw(NULL);
    } else {
      out.utf8(utf8);
    }
  }

  private static String base64(byte[] value) {
    return Base64.getEncoder().encodeToString(value);
  }
}
