package io.millrace.operator.order;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;

/**
 * A list of items for each of many times, in keyed state. A list is kept in pieces, so that one
 * with a million items is not rewritten with each.
 *
 * <p><b>State</b>: the items, until they are taken or removed. <b>Time</b>: of a change, that of a
 * piece, {@value #PIECE} items.
 */
public final class TimedLists<T> {
  private static final int PIECE = 16;

  /** Of each time: how many pieces are full, how many items there are, and the last piece. */
  private final MapState<Long, Tuple3<Integer, Integer, List<T>>> lasts;

  /** Pieces that are full, or were, by time and number. */
  private final MapState<Tuple2<Long, Integer>, List<T>> pieces;

  private TimedLists(
      MapState<Long, Tuple3<Integer, Integer, List<T>>> lasts,
      MapState<Tuple2<Long, Integer>, List<T>> pieces) {
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
    Tuple3<Integer, Integer, List<T>> known = lasts.get(at);
    if (known == null) {
      return;
    }
    boolean isLast = piece == known.f0;
    List<T> found = isLast ? known.f2 : pieces.get(Tuple2.of(at, piece));
    List<T> left = found == null ? new ArrayList<>() : new ArrayList<>(found);
    if (!left.remove(item)) {
      return;
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
  }

  /** Takes the items of a time, in the order in which they came. */
  public List<T> take(long at) throws Exception {
    Tuple3<Integer, Integer, List<T>> known = lasts.get(at);
    if (known == null) {
      return List.of();
    }
    List<T> taken = new ArrayList<>(known.f1);
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
    return taken;
  }

  /** The times that have items, in no order. */
  public List<Long> times() throws Exception {
    List<Long> times = new ArrayList<>();
    lasts.keys().forEach(times::add);
    return times;
  }

  /** Whether there are no items at all. */
  public boolean isEmpty() throws Exception {
    return lasts.isEmpty();
  }
}
