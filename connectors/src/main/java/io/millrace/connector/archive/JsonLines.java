package io.millrace.connector.archive;

import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.JsonOutput;
import org.apache.flink.util.function.SerializableFunction;
import org.jspecify.annotations.Nullable;

/** Writes of an element its row, in the form that its type has in JSON. */
final class JsonLines<T, R extends Record> implements ArchiveLine<T> {
  private static final long serialVersionUID = 2L;

  private final Class<R> type;
  private final SerializableFunction<T, R> row;

  private transient @Nullable JsonCodec<R> codec;

  JsonLines(Class<R> type, SerializableFunction<T, R> row) {
    this.type = type;
    this.row = row;
  }

  @Override
  public void write(T element, JsonOutput out) {
    JsonCodec<R> known = codec;
    if (known == null) {
      known = JsonCodec.of(type);
      codec = known;
    }
    known.encode(row.apply(element), out);
  }
}
