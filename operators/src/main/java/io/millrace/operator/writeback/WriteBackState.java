package io.millrace.operator.writeback;

import io.millrace.operator.sketch.ItemBytes;
import java.io.IOException;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.internal.InternalKvState;
import org.apache.flink.util.FlinkRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * A value a key, of which those in use are at hand and the others in a plain state.
 *
 * <p><b>Space</b>: the bytes it is given, and the objects. <b>Time</b>: O(1); a value that is not
 * at hand costs a read of the plain state, unless its key has never had one.
 */
final class WriteBackState<K, V> implements ValueState<V> {
  private static final int FIRST_BYTES = 64;

  private final ValueState<V> stored;
  private final ValueStateDescriptor<V> descriptor;
  private final TypeSerializer<V> serializer;
  private final CurrentKey<K> current;
  private final int keyGroups;
  private final EntryTable.Maker tables;
  private final Counter reads;
  private final Counter writes;
  private final DataOutputSerializer out = new DataOutputSerializer(FIRST_BYTES);
  private final DataInputDeserializer in = new DataInputDeserializer();

  private EntryTable table;
  private @Nullable KeyFilter filter;
  private @Nullable ObjectTable<K, V> objects;

  // What was found last.
  private long foundVersion = -1;
  private int foundChanges;
  private int found = EntryTable.NONE;
  private long heldVersion = -1;
  private ObjectTable.@Nullable Cell<K, V> held;

  /** What the states of one task share. */
  record Shared<K>(
      CurrentKey<K> current,
      int keyGroups,
      EntryTable.Maker tables,
      Counter reads,
      Counter writes) {}

  /**
   * Nothing at hand.
   *
   * @param stored all values that are not at hand
   */
  @SuppressWarnings("NullAway.Init") // Memory is given before the first key.
  WriteBackState(ValueState<V> stored, ValueStateDescriptor<V> descriptor, Shared<K> shared) {
    this.stored = stored;
    this.descriptor = descriptor;
    this.serializer = descriptor.getSerializer();
    this.current = shared.current();
    this.keyGroups = shared.keyGroups();
    this.tables = shared.tables();
    this.reads = shared.reads();
    this.writes = shared.writes();
  }

  String name() {
    return descriptor.getName();
  }

  /**
   * Gives it its memory, before its first use.
   *
   * @param cacheBytes for the values at hand
   * @param filterBytes for which keys there are, 0 for none
   * @param mostDirty how many values may wait to be stored
   * @param mostObjects how many values may be at hand as objects
   */
  void give(long cacheBytes, long filterBytes, int mostDirty, int mostObjects) {
    table = tables.make(cacheBytes, mostDirty, new StoredWriter());
    filter = filterBytes == 0 ? null : new KeyFilter(filterBytes);
    objects = mostObjects == 0 ? null : new ObjectTable<>(mostObjects, this::writeObject);
  }

  /** Takes note of keys that have values in the plain state. */
  void remember(Stream<K> keys) throws IOException {
    if (filter != null) {
      for (K key : (Iterable<K>) keys::iterator) {
        filter.add(current.hashOf(key));
      }
    }
  }

  @Override
  public @Nullable V value() throws IOException {
    if (objects == null) {
      return valueOfBytes();
    }
    ObjectTable.Cell<K, V> cell = held(objects);
    V value = cell == null ? add(objects, valueOfBytes()) : cell.value();
    return value == null ? descriptor.getDefaultValue() : value;
  }

  /** The current key's cell; null where there is none. */
  private ObjectTable.@Nullable Cell<K, V> held(ObjectTable<K, V> in) {
    if (heldVersion != current.version()) {
      held = in.find(current.require());
      heldVersion = current.version();
    }
    return held;
  }

  private @Nullable V add(ObjectTable<K, V> to, @Nullable V value) throws IOException {
    try {
      ObjectTable.Cell<K, V> cell = to.add(current.require(), value);
      held = cell;
      heldVersion = current.version();
      return cell.value();
    } catch (Exception e) {
      throw failed(e);
    }
  }

  private void change(ObjectTable<K, V> in, @Nullable V value) throws IOException {
    ObjectTable.Cell<K, V> cell = held(in);
    heldVersion = -1;
    if (cell != null) {
      in.change(cell, value);
      return;
    }
    try {
      in.addChanged(current.require(), value);
    } catch (Exception e) {
      throw failed(e);
    }
  }

  /** Writes the value of any key as bytes. */
  private void writeObject(K key, @Nullable V value) throws IOException {
    K now = current.get();
    current.set(key);
    if (value == null) {
      clearBytes();
    } else {
      updateBytes(value);
    }
    if (now != null) {
      current.set(now);
    }
  }

  private @Nullable V valueOfBytes() throws IOException {
    if (filter != null && filter.isEmpty() && table.size() == 0) {
      return descriptor.getDefaultValue();
    }
    int entry = find();
    if (entry != EntryTable.NONE) {
      table.use(entry);
      return value(entry);
    }
    if (filter != null && !filter.mayHold(current.hash())) {
      return descriptor.getDefaultValue();
    }
    reads.inc();
    current.select();
    V value = stored.value();
    put(entry, value, false);
    return value;
  }

  @Override
  public void update(@Nullable V value) throws IOException {
    if (value == null) {
      clear();
    } else if (objects == null) {
      updateBytes(value);
    } else {
      change(objects, value);
    }
  }

  private void updateBytes(V value) throws IOException {
    int entry = find();
    if (entry == EntryTable.NONE && filter != null && !filter.mayHold(current.hash())) {
      putFirst(value);
    } else {
      put(entry, value, true);
    }
  }

  @Override
  public void clear() {
    try {
      if (objects == null) {
        clearBytes();
      } else {
        change(objects, null);
      }
    } catch (IOException e) {
      throw new FlinkRuntimeException("a key could not be serialized", e);
    }
  }

  private void clearBytes() throws IOException {
    int entry = find();
    if (entry == EntryTable.NONE) {
      if (filter == null || filter.mayHold(current.hash())) {
        put(entry, null, true);
      }
    } else if (!table.forget(entry)) {
      put(entry, null, true);
    } else {
      // Mostly it is gone.
      foundVersion = -1;
    }
  }

  /** Says which share of the values that may wait to be stored may do so from now on. */
  void limitDirty(double share) {
    table.limitDirty(share);
  }

  /** Stores all values that have changed. */
  void flush() throws IOException {
    try {
      if (objects != null) {
        objects.flush();
      }
      table.flush();
    } catch (Exception e) {
      throw failed(e);
    }
  }

  private int find() throws IOException {
    if (foundVersion != current.version() || foundChanges != table.changes()) {
      found(table.find((int) current.hash(), current.bytes(), current.length()));
    }
    return found;
  }

  private void found(int entry) {
    found = entry;
    foundVersion = current.version();
    foundChanges = table.changes();
  }

  private @Nullable V value(int entry) throws IOException {
    int length = table.valueLength(entry);
    if (length == EntryTable.ABSENT) {
      return descriptor.getDefaultValue();
    }
    in.setBuffer(table.bytes(), table.valueStart(entry), length);
    return serializer.deserialize(in);
  }

  private void put(int entry, @Nullable V value, boolean isNew) throws IOException {
    out.clear();
    int length = EntryTable.ABSENT;
    if (value != null) {
      serializer.serialize(value, out);
      length = out.length();
    }
    try {
      found(
          table.put(
              entry,
              (int) current.hash(),
              current.bytes(),
              current.length(),
              out.getSharedBuffer(),
              length,
              isNew));
    } catch (Exception e) {
      throw failed(e);
    }
  }

  /** Puts the value of a key that has never had one in the plain state. */
  private void putFirst(V value) throws IOException {
    out.clear();
    serializer.serialize(value, out);
    try {
      found(
          table.putFirst(
              (int) current.hash(),
              current.bytes(),
              current.length(),
              out.getSharedBuffer(),
              out.length()));
    } catch (Exception e) {
      throw failed(e);
    }
  }

  /** Puts values into the plain state. */
  private final class StoredWriter implements EntryTable.Writer {
    private final StoredSerializer.Bytes asBytes = new StoredSerializer.Bytes();

    @Override
    public void write(byte[] bytes, int keyStart, int keyLength, int valueStart, int valueLength)
        throws Exception {
      writes.inc();
      if (filter != null && valueLength != EntryTable.ABSENT) {
        // Keys whose values are gone before they are stored are never remembered.
        filter.add(ItemBytes.hash(bytes, keyStart, keyLength));
      }
      current.select(bytes, keyStart, keyLength);
      if (valueLength == EntryTable.ABSENT) {
        stored.clear();
      } else if (takesBytes()) {
        asBytes.set(bytes, valueStart, valueLength);
        storeBytes();
      } else {
        in.setBuffer(bytes, valueStart, valueLength);
        stored.update(serializer.deserialize(in));
      }
      current.selectAgain();
    }

    private boolean takesBytes() {
      return stored instanceof InternalKvState<?, ?, ?> internal
          && internal.getValueSerializer() instanceof StoredSerializer;
    }

    @SuppressWarnings("unchecked") // The one thing that is done with a value is to serialize it.
    private void storeBytes() throws IOException {
      ((ValueState<Object>) stored).update(asBytes);
    }

    /** Backends that sort keys have those of a key group together. */
    @Override
    public int orderOf(byte[] bytes, int keyStart, int keyLength) throws IOException {
      return current.keyGroup(bytes, keyStart, keyLength, keyGroups);
    }
  }

  private IOException failed(Exception cause) {
    return new IOException(
        "a value of the state \"" + descriptor.getName() + "\" could not be stored", cause);
  }
}
