package io.millrace.operator.state;

import io.millrace.operator.form.FormWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import org.apache.flink.api.common.state.KeyedStateStore;

/**
 * A list of bytes for each group of keys and pane, a span of event time: lists are added to, and
 * taken whole. What was added since the last {@link #save} is in memory, and the rest in state.
 *
 * <p><b>State</b>: a {@link PaneLog}, from which a list leaves when it is taken.
 */
public final class PaneLists {
  private static final int FIRST_BYTES = 64;

  private final PaneLog log;
  private final String name;
  private final IntConsumer select;

  /** Of each pane the groups that have a list. */
  private final NavigableMap<Long, NavigableSet<Integer>> groups = new TreeMap<>();

  /** What is not in state yet, by group and pane. */
  private final Map<Integer, NavigableMap<Long, FormWriter>> unsaved = new TreeMap<>();

  /** The panes in state, by group. */
  private final Map<Integer, NavigableSet<Long>> saved = new TreeMap<>();

  private PaneLists(PaneLog log, String name, IntConsumer select) {
    this.log = log;
    this.name = name;
    this.select = select;
  }

  /**
   * Opens the lists of an operator; {@link #restore} has to follow.
   *
   * @param uid of the operator
   * @param name of the lists, part of the names of their states
   * @param select has state asked under the key of a group
   */
  public static PaneLists open(KeyedStateStore store, String uid, String name, IntConsumer select)
      throws Exception {
    return new PaneLists(PaneLog.open(store, uid, name), name, select);
  }

  /** Name of the state that every group's key has which has a list. */
  public String keysState() {
    return PaneLog.keysState(name);
  }

  /** Takes note of the lists that are in state. */
  public void restore(Collection<Integer> withState) throws Exception {
    for (int group : withState) {
      select.accept(group);
      for (long pane : log.starts()) {
        saved.computeIfAbsent(group, unused -> new TreeSet<>()).add(pane);
        groups.computeIfAbsent(pane, unused -> new TreeSet<>()).add(group);
      }
    }
  }

  /** The panes that have lists, in order. */
  public NavigableSet<Long> panes() {
    return groups.navigableKeySet();
  }

  /** The groups that have a list for a pane. */
  public List<Integer> groups(long pane) {
    NavigableSet<Integer> of = groups.get(pane);
    return of == null ? List.of() : List.copyOf(of);
  }

  /** Where the next bytes of a list go. */
  public FormWriter to(int group, long pane) {
    FormWriter writer =
        unsaved
            .computeIfAbsent(group, unused -> new TreeMap<>())
            .computeIfAbsent(pane, unused -> new FormWriter(FIRST_BYTES));
    groups.computeIfAbsent(pane, unused -> new TreeSet<>()).add(group);
    return writer;
  }

  /** The pieces of a list, in the order in which they were added. */
  public List<byte[]> read(int group, long pane) throws Exception {
    List<byte[]> pieces = new ArrayList<>();
    if (saved.getOrDefault(group, new TreeSet<>()).contains(pane)) {
      select.accept(group);
      pieces.addAll(log.read(pane));
    }
    NavigableMap<Long, FormWriter> mine = unsaved.get(group);
    FormWriter last = mine == null ? null : mine.get(pane);
    if (last != null) {
      pieces.add(last.toBytes());
    }
    return pieces;
  }

  /** Forgets a list. */
  public void remove(int group, long pane) throws Exception {
    NavigableMap<Long, FormWriter> mine = unsaved.get(group);
    if (mine != null) {
      mine.remove(pane);
    }
    NavigableSet<Long> inState = saved.get(group);
    if (inState != null && inState.remove(pane)) {
      select.accept(group);
      log.remove(pane);
    }
    NavigableSet<Integer> of = groups.get(pane);
    if (of != null) {
      of.remove(group);
      if (of.isEmpty()) {
        groups.remove(pane);
      }
    }
  }

  /** Puts all that was added into state. */
  public void save() throws Exception {
    for (Map.Entry<Integer, NavigableMap<Long, FormWriter>> group : unsaved.entrySet()) {
      if (group.getValue().isEmpty()) {
        continue;
      }
      select.accept(group.getKey());
      Map<Long, List<byte[]>> pieces = new TreeMap<>();
      group.getValue().forEach((pane, writer) -> pieces.put(pane, List.of(writer.toBytes())));
      log.append(pieces);
      saved
          .computeIfAbsent(group.getKey(), unused -> new TreeSet<>())
          .addAll(group.getValue().keySet());
      group.getValue().clear();
    }
  }
}
