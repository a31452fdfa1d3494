package io.millrace.operator.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in keyed state for each span of event time, a pane, which are only ever added to and leave
 * together. Every method is about the key that the operator has.
 *
 * <p><b>State</b>: under each key the panes that it has, and their pieces, which leave with {@link
 * #drop}. <b>Time</b>: one read and one write, and a write for each piece.
 */
public final class PaneLog {
  private static final String ONLY = "log";

  private final ValueState<Panes> panes;
  private final MapState<Piece, byte[]> pieces;

  /**
   * The panes of a key.
   *
   * @param panes in the order of their starts
   */
  public record Panes(List<Pane> panes) {}

  /**
   * A pane.
   *
   * @param start its start, in milliseconds since the epoch
   * @param pieces how many pieces it has, numbered from 0
   */
  public record Pane(long start, int pieces) {}

  /**
   * Names a piece.
   *
   * @param paneStart start of its pane
   * @param index its number
   */
  public record Piece(long paneStart, int index) {}

  private PaneLog(ValueState<Panes> panes, MapState<Piece, byte[]> pieces) {
    this.panes = panes;
    this.pieces = pieces;
  }

  /**
   * Opens the log of an operator that has one.
   *
   * @param uid of the operator
   */
  public static PaneLog open(KeyedStateStore store, String uid) throws Exception {
    return open(store, uid, ONLY);
  }

  /**
   * Opens one of an operator's logs.
   *
   * @param uid of the operator
   * @param name of the log, part of the names of its states
   */
  public static PaneLog open(KeyedStateStore store, String uid, String name) throws Exception {
    var panes = new ValueStateDescriptor<>(keysState(name), TypeInformation.of(Panes.class));
    var pieces =
        new MapStateDescriptor<>(
            name + "-pieces",
            TypeInformation.of(Piece.class),
            PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
    return new PaneLog(
        SavedState.open(uid, panes.getName(), () -> store.getState(panes)),
        SavedState.open(uid, pieces.getName(), () -> store.getMapState(pieces)));
  }

  /** Name of the state that every key has which has a pane of the only log. */
  public static String keysState() {
    return keysState(ONLY);
  }

  /** Name of the state that every key has which has a pane of a log. */
  static String keysState(String name) {
    return name + "-panes";
  }

  /** All pieces, by the starts of their panes, in the order in which they were added. */
  public SortedMap<Long, List<byte[]>> read() throws Exception {
    SortedMap<Long, List<byte[]>> all = new TreeMap<>();
    for (Pane pane : held()) {
      all.put(pane.start(), piecesOf(pane));
    }
    return all;
  }

  private List<byte[]> piecesOf(Pane pane) throws Exception {
    List<byte[]> of = new ArrayList<>(pane.pieces());
    for (int i = 0; i < pane.pieces(); i++) {
      of.add(pieces.get(new Piece(pane.start(), i)));
    }
    return of;
  }

  /** Adds pieces to panes, by their starts. */
  public void append(Map<Long, List<byte[]>> added) throws Exception {
    if (added.isEmpty()) {
      return;
    }
    SortedMap<Long, Integer> counts = counts();
    for (Map.Entry<Long, List<byte[]>> each : added.entrySet()) {
      int index = counts.getOrDefault(each.getKey(), 0);
      for (byte[] piece : each.getValue()) {
        pieces.put(new Piece(each.getKey(), index++), piece);
      }
      counts.put(each.getKey(), index);
    }
    update(counts);
  }

  /** All pieces of a pane, in the order in which they were added. */
  public List<byte[]> read(long start) throws Exception {
    for (Pane pane : held()) {
      if (pane.start() == start) {
        return piecesOf(pane);
      }
    }
    return List.of();
  }

  /** Replaces all pieces of a pane. */
  public void replace(long start, List<byte[]> by) throws Exception {
    SortedMap<Long, Integer> counts = counts();
    for (int i = counts.getOrDefault(start, 0) - 1; i >= by.size(); i--) {
      pieces.remove(new Piece(start, i));
    }
    for (int i = 0; i < by.size(); i++) {
      pieces.put(new Piece(start, i), by.get(i));
    }
    counts.put(start, by.size());
    update(counts);
  }

  /** Puts a piece where there is none, or another one. */
  void put(long start, int index, byte[] piece) throws Exception {
    pieces.put(new Piece(start, index), piece);
  }

  /** Removes pieces of a pane from the first on. */
  void removePieces(long start, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      pieces.remove(new Piece(start, i));
    }
  }

  /** Removes every pane that starts before a time. */
  public void drop(long before) throws Exception {
    SortedMap<Long, Integer> counts = new TreeMap<>();
    List<Pane> held = held();
    for (Pane pane : held) {
      if (pane.start() >= before) {
        counts.put(pane.start(), pane.pieces());
        continue;
      }
      for (int i = 0; i < pane.pieces(); i++) {
        pieces.remove(new Piece(pane.start(), i));
      }
    }
    if (counts.size() < held.size()) {
      update(counts);
    }
  }

  /** How many pieces each pane has, by its start. */
  SortedMap<Long, Integer> counts() throws Exception {
    SortedMap<Long, Integer> counts = new TreeMap<>();
    for (Pane pane : held()) {
      counts.put(pane.start(), pane.pieces());
    }
    return counts;
  }

  private List<Pane> held() throws Exception {
    @Nullable Panes held = panes.value();
    return held == null ? List.of() : held.panes();
  }

  /** Says how many pieces each pane has, by its start. */
  void update(SortedMap<Long, Integer> counts) throws Exception {
    if (counts.isEmpty()) {
      panes.clear();
      return;
    }
    List<Pane> held = new ArrayList<>(counts.size());
    counts.forEach((start, pieceCount) -> held.add(new Pane(start, pieceCount)));
    panes.update(new Panes(held));
  }
}
