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
import org.jspecify.annotations.Nullable;

/**
 * A list of bytes for each group of keys and pane, a span of event time: lists are added to, and
 * taken whole. What was added and taken since the last {@link #save} is known in memory alone.
 *
 * <p><b>State</b>: a {@link PaneLog}, from which a list leaves at the next {@link #save} after it
 * was taken. <b>Time</b>: of a save, one write for each group that has changed, and one for each
 * list that was added to or taken; no read.
 */
public final class PaneLists {
  private static final int FIRST_BYTES = 64;

  private final PaneLog log;
  private final String name;
  private final IntConsumer select;

  /** Of each pane the groups that have a list. */
  private final NavigableMap<Long, NavigableSet<Integer>> groups = new TreeMap<>();

  private final Map<Integer, Group> lists = new TreeMap<>();

  /** The lists of one group. */
  private static final class Group {
    /** What is not in state yet, by pane. */
    private final NavigableMap<Long, FormWriter> unsaved = new TreeMap<>();

    /** How many pieces each pane has in state. */
    private final NavigableMap<Long, Integer> saved = new TreeMap<>();

    /** How many pieces each pane has in state that was taken. */
    private final NavigableMap<Long, Integer> taken = new TreeMap<>();
  }

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
      Group of = lists.computeIfAbsent(group, unused -> new Group());
      of.saved.putAll(log.counts());
      of.saved.keySet().forEach(pane -> note(group, pane));
    }
  }

  private void note(int group, long pane) {
    groups.computeIfAbsent(pane, unused -> new TreeSet<>()).add(group);
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

  /** Where the next bytes of a list go; it holds until the next {@link #save}. */
  public FormWriter to(int group, long pane) {
    Group of = lists.get(group);
    if (of == null) {
      of = new Group();
      lists.put(group, of);
    }
    FormWriter writer = of.unsaved.get(pane);
    if (writer == null) {
      writer = new FormWriter(FIRST_BYTES);
      of.unsaved.put(pane, writer);
      note(group, pane);
    }
    return writer;
  }

  /** The pieces of a list, in the order in which they were added. */
  public List<byte[]> read(int group, long pane) throws Exception {
    List<byte[]> pieces = new ArrayList<>();
    Group of = lists.get(group);
    if (of == null) {
      return pieces;
    }
    if (of.saved.containsKey(pane)) {
      select.accept(group);
      pieces.addAll(log.read(pane));
    }
    FormWriter last = of.unsaved.get(pane);
    if (last != null) {
      pieces.add(last.toBytes());
    }
    return pieces;
  }

  /** Forgets a list. */
  public void remove(int group, long pane) {
    Group of = lists.get(group);
    if (of == null) {
      return;
    }
    of.unsaved.remove(pane);
    @Nullable Integer pieces = of.saved.remove(pane);
    if (pieces != null) {
      of.taken.put(pane, pieces);
    }
    NavigableSet<Integer> withList = groups.get(pane);
    if (withList != null && withList.remove(group) && withList.isEmpty()) {
      groups.remove(pane);
    }
  }

  /** Puts all that was added into state, and removes from it all that was taken. */
  public void save() throws Exception {
    for (Map.Entry<Integer, Group> each : lists.entrySet()) {
      Group of = each.getValue();
      if (!of.unsaved.isEmpty() || !of.taken.isEmpty()) {
        select.accept(each.getKey());
        save(of);
      }
    }
  }

  private void save(Group of) throws Exception {
    // First, since a list that was taken may have begun anew.
    for (Map.Entry<Long, Integer> taken : of.taken.entrySet()) {
      log.removePieces(taken.getKey(), taken.getValue());
    }
    of.taken.clear();
    for (Map.Entry<Long, FormWriter> added : of.unsaved.entrySet()) {
      int index = of.saved.merge(added.getKey(), 1, Integer::sum) - 1;
      log.put(added.getKey(), index, added.getValue().toBytes());
    }
    of.unsaved.clear();
    log.update(of.saved);
  }
}
