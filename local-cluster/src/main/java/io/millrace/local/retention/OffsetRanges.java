package io.millrace.local.retention;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Offsets of partitions, as ranges without gaps.
 *
 * <p><b>Space</b>: O(ranges): few where offsets come in their order. <b>Time</b>: O(log ranges) an
 * offset.
 */
final class OffsetRanges {
  /** Of each partition the first offset of each range, and its last one. */
  private final Map<String, TreeMap<Long, Long>> partitions = new HashMap<>();

  /**
   * Offsets without one that is known between them.
   *
   * @param first the first of them
   * @param last the last of them, not before the first
   */
  record Gap(long first, long last) {}

  /** Adds an offset, which may be there. */
  void add(String partition, long offset) {
    add(partition, offset, offset);
  }

  private void add(String partition, long first, long last) {
    TreeMap<Long, Long> ranges = partitions.computeIfAbsent(partition, unused -> new TreeMap<>());
    long from = first;
    long to = last;
    Map.Entry<Long, Long> before = ranges.floorEntry(first);
    if (before != null && before.getValue() >= first - 1) {
      from = before.getKey();
      to = Math.max(to, before.getValue());
    }
    Map.Entry<Long, Long> next = ranges.higherEntry(from);
    while (next != null && next.getKey() <= to + 1) {
      to = Math.max(to, next.getValue());
      ranges.remove(next.getKey());
      next = ranges.higherEntry(from);
    }
    ranges.put(from, to);
  }

  /** Adds all offsets of others. */
  void addAll(OffsetRanges others) {
    others.partitions.forEach(
        (partition, ranges) -> ranges.forEach((first, last) -> add(partition, first, last)));
  }

  /** What is not there between two offsets, both of which count. */
  List<Gap> gaps(String partition, long first, long last) {
    List<Gap> gaps = new ArrayList<>();
    TreeMap<Long, Long> ranges = partitions.getOrDefault(partition, new TreeMap<>());
    Map.Entry<Long, Long> range = ranges.floorEntry(first);
    long next = range == null ? first : Math.max(first, range.getValue() + 1);
    while (next <= last) {
      range = ranges.ceilingEntry(next);
      if (range == null || range.getKey() > last) {
        gaps.add(new Gap(next, last));
        return gaps;
      }
      if (range.getKey() > next) {
        gaps.add(new Gap(next, range.getKey() - 1));
      }
      next = range.getValue() + 1;
    }
    return gaps;
  }
}
