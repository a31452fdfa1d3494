package io.millrace.connector.archive;

import io.millrace.schema.codec.JsonCodec;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.flink.api.common.serialization.Encoder;
import org.apache.flink.util.function.SerializableFunction;
import org.jspecify.annotations.Nullable;

/** Writes elements as rows of JSON, one a line. */
final class JsonLines<T, R extends Record> implements Encoder<T> {
  private static final long serialVersionUID = 1L;

  private final Class<R> type;
  private final SerializableFunction<T, R> row;

  private transient @Nullable JsonCodec<R> codec;

  JsonLines(Class<R> type, SerializableFunction<T, R> row) {
    this.type = type;
    this.row = row;
  }

  @Override
  public void encode(T element, OutputStream out) throws IOException {
    JsonCodec<R> known = codec;
    if (known == null) {
      known = JsonCodec.of(type);
      codec = known;
    }
    out.write(known.encode(row.apply(element)));
    out.write('\n');
  }
}
