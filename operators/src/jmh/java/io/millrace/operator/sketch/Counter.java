package io.millrace.operator.sketch;

import com.clearspring.analytics.stream.StreamSummary;
import it.unimi.dsi.fastutil.longs.Long2IntMap;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2LongMap;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.datasketches.frequencies.ErrorType;
import org.apache.datasketches.frequencies.ItemsSketch;
import org.apache.datasketches.frequencies.LongsSketch;

/** Something that counts updates; each has a loop of its own, so that calls can be inlined. */
abstract class Counter {
  /**
   * Who counts. Bounded ones have about 1 MiB: ours by their bound, which includes the items. Sizes
   * of a LongsSketch and an ItemsSketch are powers of two, and the nearest are taken: 18 bytes a
   * slot make 1.1 MiB; 14 a slot and 56 a String make 0.9 MiB. A StreamSummary takes some 160 bytes
   * an item with its String.
   */
  enum Kind {
    ADAPTIVE,
    SPACE_SAVING,
    COUNT_MIN,
    LOSSY_COUNTING,
    EXACT,
    LONGS_SKETCH,
    LONG_MAP,
    ITEMS_SKETCH,
    STREAM_SUMMARY,
    HASH_MAP;

    boolean isPeer() {
      return switch (this) {
        case LONGS_SKETCH, LONG_MAP, ITEMS_SKETCH, STREAM_SUMMARY, HASH_MAP -> true;
        default -> false;
      };
    }

    boolean isBounded() {
      return this != EXACT && this != LONG_MAP && this != HASH_MAP;
    }

    boolean takes(Updates.Form form) {
      return switch (this) {
        case LONGS_SKETCH, LONG_MAP -> form == Updates.Form.KEYS;
        case ITEMS_SKETCH, STREAM_SUMMARY, HASH_MAP -> form != Updates.Form.KEYS;
        default -> true;
      };
    }

    Counter create() {
      return switch (this) {
        case LONGS_SKETCH -> new OfLongsSketch();
        case LONG_MAP -> new OfLongMap();
        case ITEMS_SKETCH -> new OfItemsSketch();
        case STREAM_SUMMARY -> new OfStreamSummary();
        case HASH_MAP -> new OfHashMap();
        default -> new OfOurs(SketchAlgorithm.valueOf(name()));
      };
    }
  }

  /** What is known of an item. */
  record Reported(int item, long count, long lower, long upper) {}

  private static final int MEMORY_BYTES = 1 << 20;
  private static final int FEWEST_ITEMS = 800;
  private static final int LONGS_SLOTS = 1 << 16;
  private static final int STRING_SLOTS = 1 << 14;
  private static final int SUMMARY_ITEMS = 6_500;

  /** Long enough that the call is nothing, short enough that the compiled loop is entered soon. */
  private static final int AT_ONCE = 1 << 12;

  /** Counts all updates. */
  final void countAll(Updates updates) {
    for (int from = 0; from < updates.count(); from += AT_ONCE) {
      count(updates, from, Math.min(updates.count(), from + AT_ONCE));
    }
  }

  abstract void count(Updates updates, int from, int to);

  /** The heaviest items. */
  abstract List<Reported> heaviest(Updates updates, int k);

  /** Bound of an error, as the counter states it; 0 where it is exact. */
  abstract long maxError();

  private static List<Reported> heaviestOf(List<Reported> all, int k) {
    all.sort(Comparator.comparingLong(Reported::count).reversed());
    return all.subList(0, Math.min(k, all.size()));
  }

  private static final class OfOurs extends Counter {
    private final SketchAlgorithm algorithm;
    private final TopKSketch sketch;

    OfOurs(SketchAlgorithm algorithm) {
      this.algorithm = algorithm;
      this.sketch = algorithm.create(MEMORY_BYTES, FEWEST_ITEMS);
    }

    @Override
    void count(Updates updates, int from, int to) {
      if (updates.form == Updates.Form.KEYS) {
        countKeys(updates.keyBytes, from, to);
      } else {
        countNames(updates, from, to);
      }
    }

    private void countKeys(byte[] bytes, int from, int to) {
      for (int i = from; i < to; i++) {
        int start = i * Long.BYTES;
        sketch.add((long) ItemBytes.LONGS.get(bytes, start), bytes, start, Long.BYTES, 1);
      }
    }

    private void countNames(Updates updates, int from, int to) {
      byte[] bytes = updates.nameBytes;
      int length = updates.nameLength;
      for (int i = from; i < to; i++) {
        int start = updates.items[i] * length;
        sketch.add(ItemBytes.hash(bytes, start, length), bytes, start, length, 1);
      }
    }

    @Override
    List<Reported> heaviest(Updates updates, int k) {
      List<Reported> reported = new ArrayList<>();
      for (ItemEstimate each : named(updates).top(k)) {
        int item =
            updates.form == Updates.Form.KEYS
                ? Integer.parseInt(each.item())
                : updates.item(each.item());
        reported.add(new Reported(item, each.count(), each.lowerBound(), each.upperBound()));
      }
      return reported;
    }

    /**
     * The bytes of a key are not those of a string. So what is reported of keys comes from a sketch
     * of the same hashes with other eight bytes.
     */
    private TopKSketch named(Updates updates) {
      if (updates.form != Updates.Form.KEYS) {
        return sketch;
      }
      TopKSketch named = algorithm.create(MEMORY_BYTES, FEWEST_ITEMS);
      byte[] digits = ItemStream.bytes();
      for (int i = 0; i < updates.count(); i++) {
        named.add(updates.keys[i], digits, updates.items[i] * Long.BYTES, Long.BYTES, 1);
      }
      return named;
    }

    @Override
    long maxError() {
      return sketch.maxError();
    }
  }

  private static final class OfLongsSketch extends Counter {
    private final LongsSketch sketch = new LongsSketch(LONGS_SLOTS);

    @Override
    void count(Updates updates, int from, int to) {
      long[] keys = updates.keys;
      for (int i = from; i < to; i++) {
        sketch.update(keys[i]);
      }
    }

    @Override
    List<Reported> heaviest(Updates updates, int k) {
      Long2IntMap items = itemsByKey();
      List<Reported> all = new ArrayList<>();
      for (LongsSketch.Row row : sketch.getFrequentItems(0, ErrorType.NO_FALSE_NEGATIVES)) {
        int item = items.get(row.getItem());
        all.add(new Reported(item, row.getEstimate(), row.getLowerBound(), row.getUpperBound()));
      }
      return heaviestOf(all, k);
    }

    @Override
    long maxError() {
      return sketch.getMaximumError();
    }
  }

  private static final class OfLongMap extends Counter {
    private final Long2LongOpenHashMap map = new Long2LongOpenHashMap();

    @Override
    void count(Updates updates, int from, int to) {
      long[] keys = updates.keys;
      for (int i = from; i < to; i++) {
        map.addTo(keys[i], 1);
      }
    }

    @Override
    List<Reported> heaviest(Updates updates, int k) {
      Long2IntMap items = itemsByKey();
      List<Reported> all = new ArrayList<>();
      for (Long2LongMap.Entry each : map.long2LongEntrySet()) {
        all.add(exactly(items.get(each.getLongKey()), each.getLongValue()));
      }
      return heaviestOf(all, k);
    }

    @Override
    long maxError() {
      return 0;
    }
  }

  private static final class OfItemsSketch extends Counter {
    private final ItemsSketch<String> sketch = new ItemsSketch<>(STRING_SLOTS);

    @Override
    void count(Updates updates, int from, int to) {
      for (int i = from; i < to; i++) {
        sketch.update(updates.names[updates.items[i]]);
      }
    }

    @Override
    List<Reported> heaviest(Updates updates, int k) {
      List<Reported> all = new ArrayList<>();
      for (ItemsSketch.Row<String> row : sketch.getFrequentItems(0, ErrorType.NO_FALSE_NEGATIVES)) {
        int item = updates.item(row.getItem());
        all.add(new Reported(item, row.getEstimate(), row.getLowerBound(), row.getUpperBound()));
      }
      return heaviestOf(all, k);
    }

    @Override
    long maxError() {
      return sketch.getMaximumError();
    }
  }

  private static final class OfStreamSummary extends Counter {
    private final StreamSummary<String> summary = new StreamSummary<>(SUMMARY_ITEMS);

    @Override
    void count(Updates updates, int from, int to) {
      for (int i = from; i < to; i++) {
        summary.offer(updates.names[updates.items[i]]);
      }
    }

    @Override
    List<Reported> heaviest(Updates updates, int k) {
      List<Reported> top = new ArrayList<>();
      for (com.clearspring.analytics.stream.Counter<String> each : summary.topK(k)) {
        long count = each.getCount();
        top.add(new Reported(updates.item(each.getItem()), count, count - each.getError(), count));
      }
      return top;
    }

    /** It states none; what is not in it weighs at most as much as the lightest in it. */
    @Override
    long maxError() {
      List<com.clearspring.analytics.stream.Counter<String>> all = summary.topK(SUMMARY_ITEMS);
      return all.size() < SUMMARY_ITEMS ? 0 : all.get(all.size() - 1).getCount();
    }
  }

  private static final class OfHashMap extends Counter {
    private final Map<String, long[]> map = new HashMap<>();

    @Override
    void count(Updates updates, int from, int to) {
      for (int i = from; i < to; i++) {
        map.computeIfAbsent(updates.names[updates.items[i]], name -> new long[1])[0]++;
      }
    }

    @Override
    List<Reported> heaviest(Updates updates, int k) {
      List<Reported> all = new ArrayList<>();
      map.forEach((name, count) -> all.add(exactly(updates.item(name), count[0])));
      return heaviestOf(all, k);
    }

    @Override
    long maxError() {
      return 0;
    }
  }

  private static Reported exactly(int item, long count) {
    return new Reported(item, count, count, count);
  }

  private static Long2IntMap itemsByKey() {
    Long2IntMap items = new Long2IntOpenHashMap();
    for (int item = 0; item < ItemStream.ITEMS; item++) {
      items.put(Updates.key(item), item);
    }
    return items;
  }
}
