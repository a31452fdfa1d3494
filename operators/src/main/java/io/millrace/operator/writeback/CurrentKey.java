package io.millrace.operator.writeback;

import io.millrace.operator.sketch.ItemBytes;
import java.io.IOException;
import java.util.Objects;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.jspecify.annotations.Nullable;

/**
 * The key of the record or timer that is being processed, as the operator has it and as the state
 * backend has it. The backend is told only before it is asked for something: most records are done
 * without it.
 */
class CurrentKey<K> {
  private static final int FIRST_BYTES = 64;
  private static final String STORE_OF_BYTES = "rocksdb";

  private final KeyedStateBackend<K> backend;
  private final TypeSerializer<K> serializer;
  private final DataOutputSerializer out = new DataOutputSerializer(FIRST_BYTES);
  private final DataInputDeserializer in = new DataInputDeserializer();

  private @Nullable K key;
  private long version;
  private boolean isSerialized;
  private long hash;

  /** Whether the backend has to have the key all the time, since others ask it too. */
  private boolean eager;

  private boolean isSelected;

  CurrentKey(KeyedStateBackend<K> backend) {
    this.backend = backend;
    this.serializer = backend.getKeySerializer();
  }

  /** Whether the backend stores values as bytes, as soon as it is given them. */
  boolean storesBytes() {
    return backend.getBackendTypeIdentifier().equals(STORE_OF_BYTES);
  }

  /** Has the backend told of every key at once. */
  void beEager() {
    eager = true;
    if (version > 0) {
      select();
    }
  }

  void set(K next) {
    key = next;
    version++;
    isSerialized = false;
    isSelected = false;
    if (eager) {
      select();
    }
  }

  @Nullable K get() {
    return key;
  }

  /** The key where there must be one. */
  K require() {
    return Objects.requireNonNull(key, "no record and no timer is being processed");
  }

  /** Differs from key to key and from record to record. */
  long version() {
    return version;
  }

  /** The key's bytes, of which {@link #length} count; they hold until the next key. */
  byte[] bytes() throws IOException {
    serialize();
    return out.getSharedBuffer();
  }

  int length() throws IOException {
    serialize();
    return out.length();
  }

  /** The hash of the key's bytes, for as long as this process lives. */
  long hash() throws IOException {
    serialize();
    return hash;
  }

  private void serialize() throws IOException {
    if (!isSerialized) {
      out.clear();
      serializer.serialize(key, out);
      hash = ItemBytes.hash(out.getSharedBuffer(), 0, out.length());
      isSerialized = true;
    }
  }

  /** The hash of any key's bytes. */
  long hashOf(K other) throws IOException {
    out.clear();
    isSerialized = false;
    serializer.serialize(other, out);
    return ItemBytes.hash(out.getSharedBuffer(), 0, out.length());
  }

  /** Tells the backend of the key. */
  void select() {
    if (!isSelected) {
      backend.setCurrentKey(key);
      isSelected = true;
    }
  }

  /** Tells the backend of another key for a moment, which {@link #selectAgain} ends. */
  void select(byte[] bytes, int start, int length) throws IOException {
    in.setBuffer(bytes, start, length);
    borrow(serializer.deserialize(in));
  }

  /** The key group of any key, by its bytes, where there are so many. */
  int keyGroup(byte[] bytes, int start, int length, int keyGroups) throws IOException {
    in.setBuffer(bytes, start, length);
    return KeyGroupRangeAssignment.assignToKeyGroup(serializer.deserialize(in), keyGroups);
  }

  /** Tells the backend of another key for a moment, which {@link #selectAgain} ends. */
  void borrow(K other) {
    isSelected = false;
    backend.setCurrentKey(other);
  }

  /** Where the backend has to have the key all the time, tells it of that again. */
  void selectAgain() {
    if (eager && version > 0) {
      select();
    }
  }
}
