package io.millrace.operator.writeback;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Serializes values as another serializer does, and takes {@link Bytes} of a value that has been
 * serialized already in its place, which are written as they are. So a store of bytes gets what is
 * at hand as bytes. A store of objects must never be given them.
 *
 * <p>Snapshots are those of the other serializer, so nothing of this is in saved state.
 */
final class StoredSerializer<V> extends TypeSerializer<V> {
  private static final long serialVersionUID = 1L;

  private final TypeSerializer<V> serializer;

  StoredSerializer(TypeSerializer<V> serializer) {
    this.serializer = serializer;
  }

  /** A value in its serialized form, for a moment. */
  static final class Bytes {
    private byte[] bytes = new byte[0];
    private int start;
    private int length;

    void set(byte[] of, int from, int count) {
      bytes = of;
      start = from;
      length = count;
    }
  }

  @Override
  public void serialize(V value, DataOutputView out) throws IOException {
    // Whoever passes them has put them in the place of a value, unchecked.
    if ((Object) value instanceof Bytes stored) {
      out.write(stored.bytes, stored.start, stored.length);
    } else {
      serializer.serialize(value, out);
    }
  }

  @Override
  public boolean isImmutableType() {
    return serializer.isImmutableType();
  }

  @Override
  public TypeSerializer<V> duplicate() {
    return new StoredSerializer<>(serializer.duplicate());
  }

  @Override
  public V createInstance() {
    return serializer.createInstance();
  }

  @Override
  public V copy(V from) {
    return serializer.copy(from);
  }

  @Override
  public V copy(V from, V reuse) {
    return serializer.copy(from, reuse);
  }

  @Override
  public int getLength() {
    return serializer.getLength();
  }

  @Override
  public V deserialize(DataInputView in) throws IOException {
    return serializer.deserialize(in);
  }

  @Override
  public V deserialize(V reuse, DataInputView in) throws IOException {
    return serializer.deserialize(reuse, in);
  }

  @Override
  public void copy(DataInputView in, DataOutputView out) throws IOException {
    serializer.copy(in, out);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StoredSerializer<?> that && that.serializer.equals(serializer);
  }

  @Override
  public int hashCode() {
    return serializer.hashCode();
  }

  @Override
  public TypeSerializerSnapshot<V> snapshotConfiguration() {
    return serializer.snapshotConfiguration();
  }
}
