package io.millrace.operator.writeback;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
import org.jspecify.annotations.Nullable;

/**
 * Event-time timers of all keys in buckets: of each key group and span of time there is one timer
 * of Flink's, and the timers in it are one list in state, which is only ever added to. When the
 * watermark gets to a bucket, its timers go into finer buckets, or into memory where they fall into
 * the eight seconds that are due. They fire in the order of their times, as Flink's own do.
 *
 * <p><b>Space</b>: in state, 10 bytes and a key for each timer that was set or deleted, until its
 * time; in memory the timers of the eight seconds that are due, what was not stored yet, and one
 * bucket while it is opened. <b>Time</b>: setting or deleting one adds to a list in memory; each
 * timer is moved at most five times, as bytes.
 *
 * <p><b>Source</b>: hierarchical timing wheels (Varghese, Lauck, "Hashed and Hierarchical Timing
 * Wheels", SOSP 1987, scheme 7).
 */
final class TimerBuckets<K> implements InternalTimerService<VoidNamespace>, Triggerable<K, Long> {
  /*
   * A bucket is named by its first span of eight seconds and its level: buckets of one level are 64
   * times as long as those of the level below. A timer goes to the highest level whose bucket has
   * not been opened yet; which one that is changes only when a bucket is opened. So whatever is done
   * to one timer comes to the same buckets in the order in which it was done.
   *
   * Flink knows state by key, so each key group has one key, its owner, whose state and timers are
   * those of the group's buckets. Under the name OPENED it has how far the group's buckets have been
   * opened, and the timers in memory; a timer at the end of time makes the owner known after a
   * restore.
   */
  private static final long SPAN_MILLIS = 8_000;
  private static final int LEVELS = 5;
  private static final int LEVEL_BITS = 6;
  private static final int NAME_BITS = 3;
  private static final long OPENED = Long.MIN_VALUE;
  private static final int SET = 0;
  private static final int DELETED = 1;

  /** Set, but not to fire because the input has ended. */
  private static final int EXPIRES = 2;

  /** As many bytes may wait to be stored. */
  private static final int MOST_WAITING_BYTES = 4 << 20;

  private final InternalTimerService<Long> buckets;
  private final InternalTimerService<VoidNamespace> plain;
  private final InternalListState<K, Long, byte[]> lists;
  private final TypeSerializer<K> serializer;
  private final CurrentKey<K> current;
  private final Triggerable<K, VoidNamespace> target;
  private final DataInputDeserializer in = new DataInputDeserializer();

  /** Those of this task's key groups that have had a timer, by number. */
  private final @Nullable Group[] groups;

  private final DueTimers<K> due = new DueTimers<>();
  private long waitingBytes;

  /** What is known of a key group. */
  private final class Group {
    private final K owner;

    /** All buckets that start at this time or before have been opened, in milliseconds. */
    private long opened;

    /** What is not in state yet, by bucket. */
    private final Map<Long, DataOutputSerializer> waiting = new HashMap<>();

    /** The one of these that was added to last: mostly the next timer is of the same bucket. */
    private @Nullable DataOutputSerializer lastList;

    private long lastBucket;

    /** Buckets that hold what does not fire because the input has ended. */
    private final Set<Long> kept = new HashSet<>();

    /** How far buckets had been opened before the input ended. */
    private long openedBeforeEnd = Long.MAX_VALUE;

    Group(K owner, long opened) {
      this.owner = owner;
      this.opened = opened;
    }

    /**
     * Sets or deletes a timer.
     *
     * @param bytes hold the key's bytes
     */
    void put(int what, long time, K key, byte[] bytes, int start, int length) throws IOException {
      long bucket = bucketOf(time, opened);
      if (bucket == OPENED) {
        putIntoMemory(what, time, key);
        return;
      }
      DataOutputSerializer list = list(bucket);
      int before = list.length();
      writeEntry(list, what, time, bytes, start, length);
      waitingBytes += list.length() - before;
    }

    private void putIntoMemory(int what, long time, K key) {
      TimerHeapInternalTimer<K, VoidNamespace> timer =
          new TimerHeapInternalTimer<>(time, key, VoidNamespace.INSTANCE);
      if (what == DELETED) {
        due.remove(timer);
      } else {
        due.add(timer);
      }
    }

    /** What is not in state yet of a bucket, which has a timer of its own from then on. */
    private DataOutputSerializer list(long bucket) {
      DataOutputSerializer list = lastList;
      if (list != null && lastBucket == bucket) {
        return list;
      }
      list = waiting.get(bucket);
      if (list == null) {
        list = new DataOutputSerializer(64);
        waiting.put(bucket, list);
        asOwner(() -> buckets.registerEventTimeTimer(bucket, startOf(bucket)));
      }
      lastList = list;
      lastBucket = bucket;
      return list;
    }

    /** Puts what is in memory into state. */
    void store() throws Exception {
      for (Map.Entry<Long, DataOutputSerializer> list : waiting.entrySet()) {
        lists(list.getKey()).add(list.getValue().getCopyOfBuffer());
      }
      waiting.clear();
      lastList = null;
    }

    /** Puts what is in no bucket into state: these timers, all of this group. */
    void storeOpened(List<TimerHeapInternalTimer<K, VoidNamespace>> timers) throws Exception {
      if (opened == Long.MAX_VALUE && timers.isEmpty()) {
        lists(OPENED).clear();
        return;
      }
      DataOutputSerializer list = new DataOutputSerializer(64);
      DataOutputSerializer key = new DataOutputSerializer(64);
      list.writeLong(opened);
      for (TimerHeapInternalTimer<K, VoidNamespace> timer : timers) {
        key.clear();
        serializer.serialize(timer.getKey(), key);
        writeEntry(list, SET, timer.getTimestamp(), key.getSharedBuffer(), 0, key.length());
      }
      lists(OPENED).update(List.of(list.getCopyOfBuffer()));
    }

    /** Takes up what {@link #storeOpened} has put into state. */
    void restoreOpened() throws Exception {
      for (byte[] list : stored(OPENED)) {
        in.setBuffer(list);
        opened = in.readLong();
        putAll(list);
      }
    }

    /** Moves the timers of a bucket into finer ones or into memory. */
    void open(long bucket) throws Exception {
      boolean ends = buckets.currentWatermark() == Long.MAX_VALUE;
      if (ends) {
        openedBeforeEnd = Math.min(openedBeforeEnd, opened);
      }
      opened = Math.max(opened, startOf(bucket));
      List<byte[]> all = stored(bucket);
      DataOutputSerializer unstored = waiting.remove(bucket);
      lastList = null;
      if (unstored != null) {
        waitingBytes -= unstored.length();
        all.add(unstored.getCopyOfBuffer());
      }
      if (ends) {
        keep(bucket, all);
      } else {
        lists(bucket).clear();
      }
      for (byte[] list : all) {
        in.setBuffer(list);
        putAll(list);
      }
    }

    /** Leaves a bucket its expiries, and takes them out of what is moved. */
    private void keep(long bucket, List<byte[]> all) throws Exception {
      List<byte[]> expiries = new ArrayList<>();
      List<byte[]> others = new ArrayList<>();
      for (byte[] list : all) {
        DataOutputSerializer own = new DataOutputSerializer(64);
        DataOutputSerializer rest = new DataOutputSerializer(64);
        in.setBuffer(list);
        while (in.available() > 0) {
          int start = in.getPosition();
          int what = in.readByte();
          in.skipBytesToRead(Long.BYTES);
          in.skipBytesToRead(lengthOf(in));
          (what == EXPIRES ? own : rest).write(list, start, in.getPosition() - start);
        }
        if (own.length() > 0) {
          expiries.add(own.getCopyOfBuffer());
        }
        if (rest.length() > 0) {
          others.add(rest.getCopyOfBuffer());
        }
      }
      if (expiries.isEmpty()) {
        lists(bucket).clear();
      } else {
        lists(bucket).update(expiries);
        kept.add(bucket);
      }
      all.clear();
      all.addAll(others);
    }

    /** After all has fired at the end of the input: goes on to wait for the expiries. */
    void awaitKept() {
      if (kept.isEmpty()) {
        return;
      }
      opened = openedBeforeEnd;
      asOwner(
          () -> {
            for (long bucket : kept) {
              buckets.registerEventTimeTimer(bucket, startOf(bucket));
            }
            buckets.registerEventTimeTimer(OPENED, Long.MAX_VALUE);
          });
      kept.clear();
    }

    /** Does again what the rest of a list says, which is where {@link #in} reads. */
    private void putAll(byte[] list) throws IOException {
      while (in.available() > 0) {
        int what = in.readByte();
        long time = in.readLong();
        int length = lengthOf(in);
        int start = in.getPosition();
        if (bucketOf(time, opened) == OPENED) {
          putIntoMemory(what, time, serializer.deserialize(in));
        } else {
          put(what, time, owner, list, start, length);
          in.skipBytesToRead(length);
        }
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
      K before = current.get();
      current.set(owner);
      action.run();
      if (before != null) {
        current.set(before);
      }
    }
  }

  /** What was done, when the timer is due, the length of its key, and the key. */
  private static void writeEntry(
      DataOutputSerializer list, int what, long time, byte[] bytes, int start, int length)
      throws IOException {
    list.writeByte(what);
    list.writeLong(time);
    int rest = length;
    for (; rest > Byte.MAX_VALUE; rest >>>= 7) {
      list.writeByte(rest | 0x80);
    }
    list.writeByte(rest);
    list.write(bytes, start, length);
  }

  private static int lengthOf(DataInputDeserializer in) throws IOException {
    int length = 0;
    int shift = 0;
    int read = in.readByte();
    for (; read < 0; read = in.readByte()) {
      length |= (read & Byte.MAX_VALUE) << shift;
      shift += 7;
    }
    return length | read << shift;
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
  @SuppressWarnings({"unchecked", "rawtypes"}) // There are no arrays of a generic type.
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
    this.groups = (@Nullable Group[]) new TimerBuckets.Group[keyGroups];
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
          if (bucket == OPENED) {
            owners.add(current.require());
          }
        });
    for (K owner : owners) {
      Group group = new Group(owner, Long.MIN_VALUE);
      groups[groupOf(owner)] = group;
      group.restoreOpened();
    }
    current.selectAgain();
  }

  /** Stores everything that is in memory alone. */
  void flush() throws Exception {
    storeWaiting();
    Map<Integer, List<TimerHeapInternalTimer<K, VoidNamespace>>> timers = new HashMap<>();
    for (TimerHeapInternalTimer<K, VoidNamespace> timer : due.all()) {
      timers.computeIfAbsent(groupOf(timer.getKey()), none -> new ArrayList<>()).add(timer);
    }
    for (int number = 0; number < groups.length; number++) {
      Group group = groups[number];
      if (group != null) {
        group.storeOpened(timers.getOrDefault(number, List.of()));
      }
    }
    current.selectAgain();
  }

  /** Fires the timers in memory up to that time, after the watermark has opened all buckets. */
  void advance(long watermark) throws Exception {
    for (Group group : groups) {
      if (group != null) {
        group.opened = Math.max(group.opened, watermark);
      }
    }
    fireUpTo(watermark);
    if (watermark == Long.MAX_VALUE) {
      for (Group group : groups) {
        if (group != null) {
          group.awaitKept();
        }
      }
      current.selectAgain();
    }
  }

  private void fireUpTo(long time) throws Exception {
    for (var timer = due.poll(time); timer != null; timer = due.poll(time)) {
      current.set(timer.getKey());
      target.onEventTime(timer);
    }
  }

  /**
   * Opens a bucket, after what comes before it has fired. What is due at its start fires at once:
   * of the many timers that keys may have at one time, those of one key group are in memory
   * together.
   */
  @Override
  public void onEventTime(InternalTimer<K, Long> bucket) throws Exception {
    if (bucket.getNamespace() == OPENED) {
      return;
    }
    K owner = bucket.getKey();
    fireUpTo(bucket.getTimestamp() - 1);
    Group group = groups[groupOf(owner)];
    if (group == null) {
      throw new IllegalStateException("a bucket of timers has an owner that is not known");
    }
    group.open(bucket.getNamespace());
    storeIfMany();
    fireUpTo(bucket.getTimestamp());
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

  /** Sets a timer that does not fire because the input has ended. */
  void registerExpiry(long time) {
    put(EXPIRES, time);
  }

  private void put(int what, long time) {
    K key = current.require();
    try {
      // Other keys become current on the way, but none is serialized.
      group(key).put(what, time, key, current.bytes(), 0, current.length());
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
    for (Group group : groups) {
      if (group != null) {
        group.store();
      }
    }
    waitingBytes = 0;
  }

  private Group group(K key) {
    int number = groupOf(key);
    Group group = groups[number];
    if (group == null) {
      group = new Group(key, plain.currentWatermark());
      groups[number] = group;
      buckets.registerEventTimeTimer(OPENED, Long.MAX_VALUE);
    }
    return group;
  }

  private int groupOf(K key) {
    return KeyGroupRangeAssignment.assignToKeyGroup(key, groups.length);
  }

  /** The longest bucket for that time which is not opened; {@link #OPENED} where there is none. */
  private static long bucketOf(long time, long opened) {
    long span = Math.floorDiv(time, SPAN_MILLIS);
    long openedSpan = Math.floorDiv(opened, SPAN_MILLIS);
    for (int level = LEVELS - 1; level >= 0; level--) {
      long start = span >> (LEVEL_BITS * level) << (LEVEL_BITS * level);
      // Where the start is before the first time that there is, it is opened.
      if (start > openedSpan) {
        return start << NAME_BITS | level;
      }
    }
    return OPENED;
  }

  private static long startOf(long bucket) {
    return (bucket >> NAME_BITS) * SPAN_MILLIS;
  }

  @Override
  public long currentProcessingTime() {
    return plain.currentProcessingTime();
  }

  @Override
  public long currentWatermark() {
    // Whichever of the two Flink advances first fires while the other is behind.
    return Math.max(plain.currentWatermark(), buckets.currentWatermark());
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
