package io.millrace.job.logs;

import io.millrace.operator.logs.LogLine;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.logs.LineArchived;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.jspecify.annotations.Nullable;

/** Makes a line of a row of the archive: the bytes that came in, at the place where they did. */
final class FromArchive extends RichMapFunction<String, LogLine> {
  private static final long serialVersionUID = 1L;

  private transient JsonCodec<LineArchived> codec;

  @Override
  public void open(OpenContext context) {
    codec = JsonCodec.of(LineArchived.class);
  }

  @Override
  public LogLine map(String row) throws IOException {
    LineArchived archived;
    try {
      archived = codec.decode(row.getBytes(StandardCharsets.UTF_8));
    } catch (RejectedException e) {
      throw new IOException(
          "a row of the archive is no archived line: "
              + e.getMessage()
              + "; bring its file back from a copy",
          e);
    }
    return new LogLine(
        archived.source(),
        archived.topic(),
        archived.partition(),
        archived.offset(),
        archived.at(),
        null,
        value(archived),
        Map.of(),
        false);
  }

  private static byte @Nullable [] value(LineArchived archived) {
    if (archived.line() != null) {
      return archived.line().getBytes(StandardCharsets.UTF_8);
    }
    return archived.base64() == null ? null : Base64.getDecoder().decode(archived.base64());
  }
}
