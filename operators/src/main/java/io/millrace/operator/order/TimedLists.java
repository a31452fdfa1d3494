package io.millrace.operator.order;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;

/**
 * A list of items for each of many times, in keyed state. The first few items of a key are one
 * value. Others are in a list for each time, which is kept in pieces, so that one with a million
 * items is not rewritten with each.
 *
 * <p><b>State</b>: the items, until they are taken or removed. <b>Time</b>: of a change, that of a
 * piece, {@value #PIECE} items; with few items, of the value alone.
 */
public final class TimedLists<T> {
  private static final int PIECE = 16;

  /** The number of no piece: the item is one of the few. */
  private static final int FEW = -1;

  /** The few items with their times, in the order in which they came, and how many others are. */
  private final ValueState<Tuple2<List<Tuple2<Long, T>>, Long>> few;

  /** Of each time: how many pieces are full, how many items there are, and the last piece. */
  private final MapState<Long, Tuple3<Integer, Integer, List<T>>> lasts;

  /** Pieces that are full, or were, by time and number. */
  private final MapState<Tuple2<Long, Integer>, List<T>> pieces;

  private TimedLists(
      ValueState<Tuple2<List<Tuple2<Long, T>>, Long>> few,
      MapState<Long, Tuple3<Integer, Integer, List<T>>> lasts,
      MapState<Tuple2<Long, Integer>, List<T>> pieces) {
    this.few = few;
    this.lasts = lasts;
    this.pieces = pieces;
  }

  /**
   * Opens them.
   *
   * @param name of the states, unique in the operator
   */
  public static <T> TimedLists<T> open(
      RuntimeContext context, String name, TypeInformation<T> type) {
    return new TimedLists<>(
        context.getState(
            new ValueStateDescriptor<>(
                name + "-few", Types.TUPLE(Types.LIST(Types.TUPLE(Types.LONG, type)), Types.LONG))),
        context.getMapState(
            new MapStateDescriptor<>(
                name, Types.LONG, Types.TUPLE(Types.INT, Types.INT, Types.LIST(type)))),
        context.getMapState(
            new MapStateDescriptor<>(
                name + "-pieces", Types.TUPLE(Types.LONG, Types.INT), Types.LIST(type))));
  }

  /**
   * Adds an item to the end of a time's list.
   *
   * @return the number of its piece, by which {@link #remove} finds it
   */
  public int add(long at, T item) throws Exception {
    Tuple2<List<Tuple2<Long, T>>, Long> known = few.value();
    long others = known == null ? 0 : known.f1;
    List<Tuple2<Long, T>> items = known == null ? List.of() : known.f0;
    // Behind others of its time it is never among the few, which come first.
    if (others == 0 && items.size() < PIECE) {
      List<Tuple2<Long, T>> more = new ArrayList<>(items.size() + 1);
      more.addAll(items);
      more.add(Tuple2.of(at, item));
      few.update(Tuple2.of(more, 0L));
      return FEW;
    }
    few.update(Tuple2.of(items, others + 1));
    return addToList(at, item);
  }

  private int addToList(long at, T item) throws Exception {
    Tuple3<Integer, Integer, List<T>> known = lasts.get(at);
    int full = known == null ? 0 : known.f0;
    int items = known == null ? 0 : known.f1;
    List<T> last = known == null ? new ArrayList<>() : new ArrayList<>(known.f2);
    if (last.size() == PIECE) {
      pieces.put(Tuple2.of(at, full), last);
      full++;
      last = new ArrayList<>();
    }
    last.add(item);
    lasts.put(at, Tuple3.of(full, items + 1, last));
    return full;
  }

  /** Removes an item from the piece of that number, where it is there. */
  public void remove(long at, int piece, T item) throws Exception {
    Tuple2<List<Tuple2<Long, T>>, Long> known = few.value();
    if (known == null) {
      return;
    }
    if (piece != FEW) {
      if (removeFromList(at, piece, item)) {
        keep(known.f0, known.f1 - 1);
      }
      return;
    }
    List<Tuple2<Long, T>> left = new ArrayList<>(known.f0);
    if (left.remove(Tuple2.of(at, item))) {
      keep(left, known.f1);
    }
  }

  private void keep(List<Tuple2<Long, T>> items, long others) throws Exception {
    if (items.isEmpty() && others == 0) {
      few.clear();
    } else {
      few.update(Tuple2.of(items, others));
    }
  }

  private boolean removeFromList(long at, int piece, T item) throws Exception {
    Tuple3<Integer, Integer, List<T>> known = lasts.get(at);
    if (known == null) {
      return false;
    }
    boolean isLast = piece == known.f0;
    List<T> found = isLast ? known.f2 : pieces.get(Tuple2.of(at, piece));
    List<T> left = found == null ? new ArrayList<>() : new ArrayList<>(found);
    if (!left.remove(item)) {
      return false;
    }
    if (!isLast && left.isEmpty()) {
      pieces.remove(Tuple2.of(at, piece));
    } else if (!isLast) {
      pieces.put(Tuple2.of(at, piece), left);
    }
    if (known.f1 == 1) {
      lasts.remove(at);
    } else {
      lasts.put(at, Tuple3.of(known.f0, known.f1 - 1, isLast ? left : known.f2));
    }
    return true;
  }

  /** Takes the items of a time, in the order in which they came. */
  public List<T> take(long at) throws Exception {
    Tuple2<List<Tuple2<Long, T>>, Long> known = few.value();
    if (known == null) {
      return List.of();
    }
    List<T> taken = new ArrayList<>(1);
    List<Tuple2<Long, T>> left = List.of();
    for (int i = 0; i < known.f0.size(); i++) {
      Tuple2<Long, T> each = known.f0.get(i);
      if (each.f0 == at) {
        taken.add(each.f1);
        if (taken.size() == 1) {
          left = new ArrayList<>(known.f0.subList(0, i));
        }
      } else if (!taken.isEmpty()) {
        left.add(each);
      }
    }
    int ofFew = taken.size();
    if (known.f1 > 0) {
      takeList(at, taken);
    }
    if (!taken.isEmpty()) {
      keep(ofFew == 0 ? known.f0 : left, known.f1 - (taken.size() - ofFew));
    }
    return taken;
  }

  private void takeList(long at, List<T> taken) throws Exception {
    Tuple3<Integer, Integer, List<T>> known = lasts.get(at);
    if (known == null) {
      return;
    }
    for (int piece = 0; piece < known.f0; piece++) {
      Tuple2<Long, Integer> key = Tuple2.of(at, piece);
      List<T> items = pieces.get(key);
      if (items != null) {
        taken.addAll(items);
        pieces.remove(key);
      }
    }
    taken.addAll(known.f2);
    lasts.remove(at);
  }

  /** The times that have items, in no order. */
  public Collection<Long> times() throws Exception {
    Set<Long> times = new HashSet<>();
    Tuple2<List<Tuple2<Long, T>>, Long> known = few.value();
    if (known != null) {
      known.f0.forEach(each -> times.add(each.f0));
      if (known.f1 > 0) {
        lasts.keys().forEach(times::add);
      }
    }
    return times;
  }

  /** Whether there are no items at all. */
  public boolean isEmpty() throws Exception {
    return few.value() == null;
  }
}
