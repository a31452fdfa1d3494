package io.millrace.operator.type;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Serializes values that never change, so that a copy is the value itself. All serializers of one
 * type are equal. Not safe for use by several threads.
 */
public abstract class ValueSerializer<T> extends TypeSerializer<T> {
  private static final long serialVersionUID = 1L;
  private static final int SEVEN_BITS = 7;
  private static final int LOW_BITS = 0x7f;
  private static final int MORE = 0x80;

  private final Class<T> type;

  /** A serializer of values of that class, the only one. */
  protected ValueSerializer(Class<T> type) {
    this.type = type;
  }

  /** Writes a text: how many bytes it has in UTF-8, seven bits a byte, and these. */
  protected static void writeText(String text, DataOutputView out) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int left = bytes.length;
    while ((left & ~LOW_BITS) != 0) {
      out.writeByte((left & LOW_BITS) | MORE);
      left >>>= SEVEN_BITS;
    }
    out.writeByte(left);
    out.write(bytes);
  }

  /** Reads what {@link #writeText} wrote. */
  protected static String readText(DataInputView in) throws IOException {
    int length = 0;
    int next;
    int shift = 0;
    do {
      next = in.readByte();
      length |= (next & LOW_BITS) << shift;
      shift += SEVEN_BITS;
    } while (next < 0);
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public final T deserialize(T reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public final void copy(DataInputView in, DataOutputView out) throws IOException {
    serialize(deserialize(in), out);
  }

  @Override
  public final T copy(T from) {
    return from;
  }

  @Override
  public final T copy(T from, T reuse) {
    return from;
  }

  @Override
  public final boolean isImmutableType() {
    return true;
  }

  @Override
  public final int getLength() {
    return -1;
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof ValueSerializer<?> that && that.type == type;
  }

  @Override
  public final int hashCode() {
    return type.hashCode();
  }
}
