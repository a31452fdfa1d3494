package io.millrace.operator.writeback;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.internal.InternalListState;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.TimerHeapInternalTimer;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.util.function.BiConsumerWithException;

/**
 * Event-time timers of all keys in buckets: of each key group and span of time there is one timer
 * of Flink's, and the timers in it are one list in state, which is only ever added to. When the
 * watermark gets to a bucket, its timers go into finer buckets, or into memory where they fall into
 * the second that is due. They fire in the order of their times, as Flink's own do.
 *
 * <p><b>Space</b>: in state, 9 bytes and a key for each timer that was set or deleted, until its
 * time; in memory the timers of the second that is due, what was not stored yet, and one bucket
 * while it is opened. <b>Time</b>: setting or deleting one adds to a list in memory; each timer is
 * moved at most five times.
 *
 * <p><b>Source</b>: hierarchical timing wheels (Varghese, Lauck, "Hashed and Hierarchical Timing
 * Wheels", SOSP 1987, scheme 7).
 */
final class TimerBuckets<K> implements InternalTimerService<VoidNamespace>, Triggerable<K, Long> {
  /*
   * A bucket is named by its first second and its level: buckets of one level are 64 times as long
   * as those of the level below. A timer goes to the highest level whose bucket has not been opened
   * yet; which one that is changes only when a bucket is opened. So whatever is done to one timer
   * comes to the same buckets in the order in which it was done.
   *
   * Flink knows state by key, so each key group has one key, its owner, whose state and timers are
   * those of the group's buckets. Under the name OPENED it has how far the group's buckets have been
   * opened, and the timers in memory; a timer at the end of time makes the owner known after a
   * restore.
   */
  private static final long SECOND_MILLIS = 1_000;
  private static final int LEVELS = 5;
  private static final int LEVEL_BITS = 6;
  private static final int NAME_BITS = 3;
  private static final Long OPENED = Long.MIN_VALUE;
  private static final int SET = 0;
  private static final int DELETED = 1;

  /** As many bytes may wait to be stored. */
  private static final int MOST_WAITING_BYTES = 4 << 20;

  private final InternalTimerService<Long> buckets;
  private final InternalTimerService<VoidNamespace> plain;
  private final InternalListState<K, Long, byte[]> lists;
  private final TypeSerializer<K> serializer;
  private final int keyGroups;
  private final CurrentKey<K> current;
  private final Triggerable<K, VoidNamespace> target;
  private final DataInputDeserializer in = new DataInputDeserializer();

  private final Map<Integer, Group> groups = new HashMap<>();
  private final PriorityQueue<TimerHeapInternalTimer<K, VoidNamespace>> due =
      new PriorityQueue<>(Comparator.comparingLong(TimerHeapInternalTimer::getTimestamp));
  private long waitingBytes;

  /** What is known of a key group. */
  private final class Group {
    private final K owner;

    /** All buckets that start at this time or before have been opened, in milliseconds. */
    private long opened;

    /** The timers in memory that are still set: one may be in {@link #due} after it was deleted. */
    private final Set<TimerHeapInternalTimer<K, VoidNamespace>> set = new HashSet<>();

    /** What is not in state yet, by bucket. */
    private final Map<Long, DataOutputSerializer> waiting = new HashMap<>();

    Group(K owner, long opened) {
      this.owner = owner;
      this.opened = opened;
    }

    /** Sets or deletes a timer. */
    void put(int what, long time, K key) throws IOException {
      long bucket = bucketOf(time, opened);
      if (bucket == OPENED) {
        TimerHeapInternalTimer<K, VoidNamespace> timer =
            new TimerHeapInternalTimer<>(time, key, VoidNamespace.INSTANCE);
        if (what == DELETED) {
          set.remove(timer);
        } else if (set.add(timer)) {
          due.add(timer);
        }
        return;
      }
      DataOutputSerializer list = waiting.get(bucket);
      if (list == null) {
        list = new DataOutputSerializer(64);
        waiting.put(bucket, list);
        asOwner(() -> buckets.registerEventTimeTimer(bucket, startOf(bucket)));
      }
      int before = list.length();
      write(list, what, time, key);
      waitingBytes += list.length() - before;
    }

    private void write(DataOutputSerializer list, int what, long time, K key) throws IOException {
      list.writeByte(what);
      list.writeLong(time);
      serializer.serialize(key, list);
    }

    /** Puts what is in memory into state. */
    void store() throws Exception {
      for (Map.Entry<Long, DataOutputSerializer> list : waiting.entrySet()) {
        lists(list.getKey()).add(list.getValue().getCopyOfBuffer());
      }
      waiting.clear();
    }

    /** Puts what is in no bucket into state. */
    void storeOpened() throws Exception {
      if (opened == Long.MAX_VALUE && set.isEmpty()) {
        lists(OPENED).clear();
        return;
      }
      DataOutputSerializer list = new DataOutputSerializer(64);
      list.writeLong(opened);
      for (TimerHeapInternalTimer<K, VoidNamespace> timer : set) {
        write(list, SET, timer.getTimestamp(), timer.getKey());
      }
      lists(OPENED).update(List.of(list.getCopyOfBuffer()));
    }

    /** Takes up what {@link #storeOpened} has put into state. */
    void restoreOpened() throws Exception {
      for (byte[] list : stored(OPENED)) {
        in.setBuffer(list);
        opened = in.readLong();
        while (in.available() > 0) {
          in.readByte();
          put(SET, in.readLong(), serializer.deserialize(in));
        }
      }
    }

    /** Moves the timers of a bucket into finer ones or into memory. */
    void open(long bucket) throws Exception {
      opened = Math.max(opened, startOf(bucket));
      List<byte[]> all = stored(bucket);
      lists(bucket).clear();
      DataOutputSerializer unstored = waiting.remove(bucket);
      if (unstored != null) {
        waitingBytes -= unstored.length();
        all.add(unstored.getCopyOfBuffer());
      }
      // What was done to a timer last counts; a deletion may be of one in a finer bucket.
      Map<TimerHeapInternalTimer<K, VoidNamespace>, Integer> last = new LinkedHashMap<>();
      for (byte[] list : all) {
        in.setBuffer(list);
        while (in.available() > 0) {
          int what = in.readByte();
          long time = in.readLong();
          K key = serializer.deserialize(in);
          last.put(new TimerHeapInternalTimer<>(time, key, VoidNamespace.INSTANCE), what);
        }
      }
      for (var each : last.entrySet()) {
        put(each.getValue(), each.getKey().getTimestamp(), each.getKey().getKey());
      }
    }

    private InternalListState<K, Long, byte[]> lists(long bucket) {
      current.borrow(owner);
      lists.setCurrentNamespace(bucket);
      return lists;
    }

    private List<byte[]> stored(long bucket) throws Exception {
      List<byte[]> all = new ArrayList<>();
      Iterable<byte[]> found = lists(bucket).get();
      if (found != null) {
        found.forEach(all::add);
      }
      return all;
    }

    private void asOwner(Runnable action) {
      K before = current.require();
      current.set(owner);
      action.run();
      current.set(before);
    }
  }

  /**
   * Timers of an operator.
   *
   * @param plain Flink's timers, for processing time
   * @param lists a state by bucket
   * @param serializer of keys
   * @param keyGroups how many there are in all tasks together
   * @param target is told of timers that are due
   * @param buckets makes Flink's timers for buckets
   */
  TimerBuckets(
      InternalTimerService<VoidNamespace> plain,
      InternalListState<K, Long, byte[]> lists,
      TypeSerializer<K> serializer,
      int keyGroups,
      CurrentKey<K> current,
      Triggerable<K, VoidNamespace> target,
      BucketTimersOf<K> buckets) {
    this.plain = plain;
    this.lists = lists;
    this.serializer = serializer;
    this.keyGroups = keyGroups;
    this.current = current;
    this.target = target;
    this.buckets = buckets.firingInto(this);
  }

  /** Makes Flink's timers for buckets. */
  @FunctionalInterface
  interface BucketTimersOf<K> {
    InternalTimerService<Long> firingInto(Triggerable<K, Long> target);
  }

  /** Finds the owners that there are, and takes up the timers that were in memory. */
  void restore() throws Exception {
    List<K> owners = new ArrayList<>();
    buckets.forEachEventTimeTimer(
        (bucket, time) -> {
          if (bucket.equals(OPENED)) {
            owners.add(current.require());
          }
        });
    for (K owner : owners) {
      Group group = new Group(owner, Long.MIN_VALUE);
      groups.put(groupOf(owner), group);
      group.restoreOpened();
    }
    current.selectAgain();
  }

  /** Stores everything that is in memory alone. */
  void flush() throws Exception {
    storeWaiting();
    for (Group group : groups.values()) {
      group.storeOpened();
    }
    current.selectAgain();
  }

  /** Fires the timers in memory up to that time, after the watermark has opened all buckets. */
  void advance(long watermark) throws Exception {
    groups.values().forEach(group -> group.opened = Math.max(group.opened, watermark));
    fireUpTo(watermark);
  }

  private void fireUpTo(long time) throws Exception {
    while (!due.isEmpty() && due.element().getTimestamp() <= time) {
      TimerHeapInternalTimer<K, VoidNamespace> timer = due.remove();
      Group group = groups.get(groupOf(timer.getKey()));
      if (group != null && group.set.remove(timer)) {
        current.set(timer.getKey());
        target.onEventTime(timer);
      }
    }
  }

  /** Opens a bucket, after what comes before it has fired. */
  @Override
  public void onEventTime(InternalTimer<K, Long> bucket) throws Exception {
    if (bucket.getNamespace().equals(OPENED)) {
      return;
    }
    K owner = bucket.getKey();
    fireUpTo(bucket.getTimestamp() - 1);
    Group group = groups.get(groupOf(owner));
    if (group == null) {
      throw new IllegalStateException("a bucket of timers has an owner that is not known");
    }
    group.open(bucket.getNamespace());
    storeIfMany();
    current.selectAgain();
  }

  @Override
  public void onProcessingTime(InternalTimer<K, Long> timer) {
    throw new IllegalStateException("buckets have timers of event time only");
  }

  @Override
  public void registerEventTimeTimer(VoidNamespace namespace, long time) {
    put(SET, time);
  }

  @Override
  public void deleteEventTimeTimer(VoidNamespace namespace, long time) {
    put(DELETED, time);
  }

  private void put(int what, long time) {
    K key = current.require();
    try {
      group(key).put(what, time, key);
      storeIfMany();
    } catch (Exception e) {
      throw new IllegalStateException("a timer could not be stored", e);
    }
  }

  private void storeIfMany() throws Exception {
    if (waitingBytes > MOST_WAITING_BYTES) {
      storeWaiting();
      current.selectAgain();
    }
  }

  private void storeWaiting() throws Exception {
    for (Group group : groups.values()) {
      group.store();
    }
    waitingBytes = 0;
  }

  private Group group(K key) {
    return groups.computeIfAbsent(
        groupOf(key),
        unused -> {
          Group group = new Group(key, plain.currentWatermark());
          buckets.registerEventTimeTimer(OPENED, Long.MAX_VALUE);
          return group;
        });
  }

  private int groupOf(K key) {
    return KeyGroupRangeAssignment.assignToKeyGroup(key, keyGroups);
  }

  /** The longest bucket for that time which is not opened; {@link #OPENED} where there is none. */
  private static long bucketOf(long time, long opened) {
    long second = Math.floorDiv(time, SECOND_MILLIS);
    for (int level = LEVELS - 1; level >= 0; level--) {
      long start = second >> (LEVEL_BITS * level) << (LEVEL_BITS * level);
      // Where the start is before the first time that there is, it is opened.
      if (start > Math.floorDiv(opened, SECOND_MILLIS)) {
        return start << NAME_BITS | level;
      }
    }
    return OPENED;
  }

  private static long startOf(long bucket) {
    return (bucket >> NAME_BITS) * SECOND_MILLIS;
  }

  @Override
  public long currentProcessingTime() {
    return plain.currentProcessingTime();
  }

  @Override
  public long currentWatermark() {
    return plain.currentWatermark();
  }

  @Override
  public void initializeWatermark(long watermark) {
    plain.initializeWatermark(watermark);
  }

  @Override
  public void registerProcessingTimeTimer(VoidNamespace namespace, long time) {
    plain.registerProcessingTimeTimer(namespace, time);
  }

  @Override
  public void deleteProcessingTimeTimer(VoidNamespace namespace, long time) {
    plain.deleteProcessingTimeTimer(namespace, time);
  }

  @Override
  public void forEachEventTimeTimer(
      BiConsumerWithException<VoidNamespace, Long, Exception> consumer) {
    throw new UnsupportedOperationException(
        "timers in buckets can't be listed; run the function with Flink's timers for that");
  }

  @Override
  public void forEachProcessingTimeTimer(
      BiConsumerWithException<VoidNamespace, Long, Exception> consumer) throws Exception {
    plain.forEachProcessingTimeTimer(consumer);
  }
}
