package io.millrace.operator.writeback;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.TimerHeapInternalTimer;
import org.jspecify.annotations.Nullable;

/**
 * Timers in memory, in the order of their times: those within the eight seconds that come next have
 * a list for each millisecond, and the few others a heap.
 *
 * <p><b>Space</b>: O(timers). <b>Time</b>: O(1) for one within the next eight seconds, else O(log
 * timers).
 *
 * <p><b>Source</b>: timing wheel (Varghese, Lauck, "Hashed and Hierarchical Timing Wheels", SOSP
 * 1987, scheme 4).
 */
final class DueTimers<K> {
  /** A power of two; not less than the length of a bucket. */
  private static final int SLOTS = 1 << 13;

  /** The timers that are set. One may be in a list or the heap after it was removed. */
  private final Set<TimerHeapInternalTimer<K, VoidNamespace>> set = new HashSet<>();

  private final List<List<TimerHeapInternalTimer<K, VoidNamespace>>> slots = new ArrayList<>(SLOTS);
  private final PriorityQueue<TimerHeapInternalTimer<K, VoidNamespace>> others =
      new PriorityQueue<>(Comparator.comparingLong(TimerHeapInternalTimer::getTimestamp));

  /** How many timers are in lists. */
  private int inSlots;

  /** No timer before this time is in a list. */
  private long first = Long.MIN_VALUE;

  DueTimers() {
    for (int i = 0; i < SLOTS; i++) {
      slots.add(new ArrayList<>(0));
    }
  }

  /** Adds a timer, unless it is there. */
  void add(TimerHeapInternalTimer<K, VoidNamespace> timer) {
    if (!set.add(timer)) {
      return;
    }
    long time = timer.getTimestamp();
    if (time >= first && time - first >= 0 && time - first < SLOTS) {
      slot(time).add(timer);
      inSlots++;
    } else {
      others.add(timer);
    }
  }

  void remove(TimerHeapInternalTimer<K, VoidNamespace> timer) {
    set.remove(timer);
  }

  /** All timers, in no order. */
  Collection<TimerHeapInternalTimer<K, VoidNamespace>> all() {
    return set;
  }

  /** Takes the first timer; null where there is none of that time or before. */
  @Nullable TimerHeapInternalTimer<K, VoidNamespace> poll(long upTo) {
    while (true) {
      TimerHeapInternalTimer<K, VoidNamespace> next = next(upTo);
      if (next == null || set.remove(next)) {
        return next;
      }
    }
  }

  /** As {@link #poll}, with those that were removed. */
  private @Nullable TimerHeapInternalTimer<K, VoidNamespace> next(long upTo) {
    while (inSlots > 0 && first <= upTo) {
      if (!others.isEmpty() && others.element().getTimestamp() <= first) {
        return others.remove();
      }
      List<TimerHeapInternalTimer<K, VoidNamespace>> slot = slot(first);
      if (!slot.isEmpty()) {
        inSlots--;
        return slot.remove(slot.size() - 1);
      }
      if (first == upTo) {
        // More may come of this time.
        return null;
      }
      first++;
    }
    if (!others.isEmpty() && others.element().getTimestamp() <= upTo) {
      return others.remove();
    }
    first = Math.max(first, upTo);
    return null;
  }

  private List<TimerHeapInternalTimer<K, VoidNamespace>> slot(long time) {
    return slots.get((int) (time & (SLOTS - 1)));
  }
}
