package io.millrace.connector.archive;

import io.millrace.schema.codec.JsonCodec;
import org.apache.flink.util.function.SerializableFunction;
import org.jspecify.annotations.Nullable;

/** Makes of an element its row of JSON, without a line feed. */
final class JsonLines<T, R extends Record> implements SerializableFunction<T, byte[]> {
  private static final long serialVersionUID = 1L;

  private final Class<R> type;
  private final SerializableFunction<T, R> row;

  private transient @Nullable JsonCodec<R> codec;

  JsonLines(Class<R> type, SerializableFunction<T, R> row) {
    this.type = type;
    this.row = row;
  }

  @Override
  public byte[] apply(T element) {
    JsonCodec<R> known = codec;
    if (known == null) {
      known = JsonCodec.of(type);
      codec = known;
    }
    return known.encode(row.apply(element));
  }
}
