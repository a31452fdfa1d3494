package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.state.KeyGroupKeys;
import io.millrace.operator.state.PaneLists;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Requests that wait, by the start of their epoch, in the order in which they came. They are kept
 * as bytes: as objects, thousands of which outlive many collections, they would be copied by each.
 *
 * <p><b>Space</b>: the requests' bytes and 5 for each, and as much again at most; the memory of up
 * to {@value #MOST_SPARE} epochs that are over is kept for the next ones, of up to {@value
 * #MOST_SPARE_BYTES} bytes each.
 */
final class WaitingRequests<T> {
  private static final int FIRST_BYTES = 1 << 12;
  private static final int HEAD_BYTES = 1 + Integer.BYTES;
  private static final int MOST_SPARE = 16;
  private static final int MOST_SPARE_BYTES = 1 << 22;

  private final TypeSerializer<T> serializer;
  private final PaneLists saved;
  private final NavigableMap<Long, Epoch> epochs = new TreeMap<>();
  private final Deque<DataOutputSerializer> spare = new ArrayDeque<>();
  private final DataInputDeserializer in = new DataInputDeserializer();

  /** Of each request the number of its group in a byte, its length in four, and its bytes. */
  private static final class Epoch {
    private final DataOutputSerializer bytes;
    private int savedTo;

    private Epoch(DataOutputSerializer bytes) {
      this.bytes = bytes;
    }
  }

  /** Is given requests. */
  @FunctionalInterface
  interface Taker<T> {
    void take(T request, int groupIndex) throws Exception;
  }

  /**
   * None yet.
   *
   * @param saved has those that are in state
   */
  WaitingRequests(TypeSerializer<T> serializer, PaneLists saved) {
    this.serializer = serializer;
    this.saved = saved;
  }

  boolean isEmpty() {
    return epochs.isEmpty();
  }

  /** The start of the first epoch that has any. */
  long first() {
    return epochs.firstKey();
  }

  /**
   * Adds a request.
   *
   * @param groupIndex number of the group of keys that decides about it
   */
  void add(long epoch, int groupIndex, T request) throws IOException {
    add(epoch(epoch).bytes, groupIndex, request);
  }

  private Epoch epoch(long start) {
    Epoch epoch = epochs.get(start);
    if (epoch == null) {
      DataOutputSerializer bytes = spare.poll();
      epoch = new Epoch(bytes != null ? bytes : new DataOutputSerializer(FIRST_BYTES));
      epochs.put(start, epoch);
    }
    return epoch;
  }

  private void add(DataOutputSerializer bytes, int groupIndex, T request) throws IOException {
    bytes.writeByte(groupIndex);
    int at = bytes.length();
    bytes.writeInt(0);
    serializer.serialize(request, bytes);
    bytes.writeIntUnsafe(bytes.length() - at - Integer.BYTES, at);
  }

  /** Finds those that are in state. */
  void restore() throws Exception {
    for (long start : saved.panes()) {
      Epoch epoch = epoch(start);
      for (int group : saved.groups(start)) {
        for (byte[] piece : saved.read(group, start)) {
          FormReader reader = new FormReader(piece, "a list of requests");
          while (reader.position() < piece.length) {
            int length = reader.count(1);
            int from = reader.skip(length);
            epoch.bytes.writeByte(KeyGroupKeys.indexOf(group));
            epoch.bytes.writeInt(length);
            epoch.bytes.write(piece, from, length);
          }
        }
      }
      epoch.savedTo = epoch.bytes.length();
    }
  }

  /** Hands over the requests of an epoch, which wait no longer. */
  void take(long start, Taker<T> taker) throws Exception {
    Epoch epoch = epochs.remove(start);
    if (epoch == null) {
      return;
    }
    for (int group : saved.groups(start)) {
      saved.remove(group, start);
    }
    byte[] bytes = epoch.bytes.getSharedBuffer();
    int end = epoch.bytes.length();
    for (int at = 0; at < end; ) {
      int groupIndex = bytes[at];
      in.setBuffer(bytes, at + 1, Integer.BYTES);
      int length = in.readInt();
      at += HEAD_BYTES;
      in.setBuffer(bytes, at, length);
      taker.take(serializer.deserialize(in), groupIndex);
      at += length;
    }
    if (spare.size() < MOST_SPARE && bytes.length <= MOST_SPARE_BYTES) {
      epoch.bytes.clear();
      spare.push(epoch.bytes);
    }
  }

  /** Has all in the lists that go to state. */
  void save() throws IOException {
    for (Map.Entry<Long, Epoch> each : epochs.entrySet()) {
      Epoch epoch = each.getValue();
      byte[] bytes = epoch.bytes.getSharedBuffer();
      int end = epoch.bytes.length();
      for (int at = epoch.savedTo; at < end; ) {
        int group = KeyGroupKeys.at(bytes[at]);
        in.setBuffer(bytes, at + 1, Integer.BYTES);
        int length = in.readInt();
        at += HEAD_BYTES;
        saved.to(group, each.getKey()).item(bytes, at, length);
        at += length;
      }
      epoch.savedTo = end;
    }
  }
}
