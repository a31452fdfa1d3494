package io.millrace.operator.chart;

import io.millrace.operator.chart.PlayForm.Entry;
import io.millrace.operator.distinct.DistinctWindow;
import io.millrace.operator.form.FormWriter;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/**
 * The songs of one bucket: what was played of each in each region, summed up for the end of a
 * window. The sums are moved from window to window by the panes that come in and go out, which is
 * exact in both directions: so a window that is published already can be looked at once more.
 *
 * <p><b>Space</b>: {@link SongRows} of what makes a difference; for each pane of an open window its
 * {@link PanePlays}; a {@link DistinctWindow} for each song and region in a chart. <b>Time</b>:
 * O(1) for a song and region that come into the window, leave it, or leave what it is compared
 * with, or weigh no more.
 */
final class SongBook {
  /** No window. */
  static final long NONE = Long.MAX_VALUE;

  /** Rows are looked through when one of so many panes was forgotten. */
  private static final int SWEPT_PART = 8;

  private final ChartSpec spec;
  private final PanedWindows windows;
  private final long slide;
  private final long size;
  private final Decayed decayed;
  private final Regions regions;
  private final DistinctWindow.Room room = new DistinctWindow.Room();
  private SongRows rows = new SongRows();

  /** What is in memory, by the starts of the panes. */
  private final NavigableMap<Long, List<PanePlays>> parts = new TreeMap<>();

  /**
   * The same by the ends of the windows from which on it counts, as long as one may be asked for.
   */
  private final NavigableMap<Long, List<PanePlays>> entering = new TreeMap<>();

  /** Starts of all panes that it has anything of, in memory or not. */
  private final NavigableSet<Long> known = new TreeSet<>();

  /** Of those in which anything was played, of any bucket, from which window on it counts. */
  private final NavigableMap<Long, Long> played = new TreeMap<>();

  /**
   * What is beyond the cap in windows, by the start of their last panes, and then by the end of the
   * window from which on that is known: how many plays, by rows.
   */
  private final NavigableMap<Long, Map<Long, Map<Integer, Integer>>> beyondLast = new TreeMap<>();

  /** Who listened to the rows that are in charts, in the window. */
  private final Map<Integer, Watched> watched = new HashMap<>();

  /** The sums are those of the window that ends here; {@link #NONE} as long as there are none. */
  private long windowEnd = NONE;

  /** Panes that start before are not in memory. */
  private long heldFrom;

  private int forgottenPanes;

  /** Reads panes that are no longer in memory. */
  @FunctionalInterface
  interface History {
    /** What a pane has. */
    List<Counted> read(long pane) throws Exception;
  }

  /**
   * What was counted of a pane.
   *
   * @param from end of the first window that it counts in; {@link Long#MIN_VALUE} for all
   * @param form a {@link PlayForm}
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Counted(long from, byte[] form) {}

  /** Is told of the entries of a form. */
  private interface EntryVisitor {
    void visit(int row, Entry entry);
  }

  /** Is told of what a pane has. */
  private interface Visitor {
    /**
     * An entry.
     *
     * @param plays all of them
     * @param weighing those that weigh anything
     */
    void visit(int row, int plays, int weighing);
  }

  /** The listeners of a row. */
  private static final class Watched {
    private final DistinctWindow listeners;

    /** Whether it was asked for since charts were offered last. */
    private boolean isAsked;

    Watched(DistinctWindow listeners) {
      this.listeners = listeners;
    }
  }

  /**
   * An empty book.
   *
   * @param decayed the weights of the task
   * @param regions those of the task
   */
  SongBook(ChartSpec spec, Decayed decayed, Regions regions) {
    this.spec = spec;
    this.windows = spec.windows();
    this.slide = windows.slideMillis();
    this.size = windows.sizeMillis();
    this.decayed = decayed;
    this.regions = regions;
    this.heldFrom = Long.MIN_VALUE;
  }

  /** A book to which what it had is added again, at the end of a window. */
  SongBook(ChartSpec spec, Decayed decayed, Regions regions, long windowEnd, long heldFrom) {
    this(spec, decayed, regions);
    this.windowEnd = windowEnd;
    this.heldFrom = heldFrom;
  }

  /** The end of the window that the sums are for; {@link #NONE} as long as there are none. */
  long windowEnd() {
    return windowEnd;
  }

  /** Whether it has nothing that makes a difference to any window. */
  boolean isEmpty() {
    return known.isEmpty();
  }

  /** The number of a row's song, which lasts until the next window. */
  int songOf(int row) {
    return rows.song(row);
  }

  /** How many songs and regions it has, and songs once more for all regions. */
  int rowCount() {
    return rows.size();
  }

  /** A copy of the id of a row's song. */
  byte[] id(int row) {
    return rows.ids().copy(rows.song(row));
  }

  /** Compares the ids of the songs of two rows by their bytes, of another book as well. */
  int compareIds(int row, SongBook other, int otherRow) {
    ItemNumbers ids = rows.ids();
    ItemNumbers otherIds = other.rows.ids();
    int song = rows.song(row);
    int otherSong = other.rows.song(otherRow);
    return Arrays.compareUnsigned(
        ids.bytes(),
        ids.start(song),
        ids.start(song) + ids.length(song),
        otherIds.bytes(),
        otherIds.start(otherSong),
        otherIds.start(otherSong) + otherIds.length(otherSong));
  }

  /**
   * Adds what was played in a pane.
   *
   * @param counted of that pane
   */
  void add(long pane, Counted counted) {
    if (windowEnd == NONE) {
      windowEnd = pane;
    }
    known.add(pane);
    long from = counted.from();
    PanePlays part = pane < heldFrom ? null : part(pane, from);
    boolean isInWindow = pane < windowEnd && from <= windowEnd;
    if (isInWindow) {
      watched.clear();
    }
    read(
        counted.form(),
        region -> {
          played.merge(pane, from, Math::min);
          if (part != null) {
            part.active().set(region);
          }
        },
        (row, entry) -> {
          if (isInWindow) {
            addToSums(pane, row, entry);
          }
          if (entry.beyondLast() > 0) {
            beyondLast
                .computeIfAbsent(pane, any -> new HashMap<>())
                .computeIfAbsent(from, any -> new HashMap<>())
                .merge(row, entry.beyondLast(), Integer::sum);
          }
          if (part != null) {
            part.add(row, entry);
          }
        });
  }

  private PanePlays part(long pane, long from) {
    List<PanePlays> ofPane = parts.computeIfAbsent(pane, any -> new ArrayList<>());
    for (PanePlays part : ofPane) {
      if (part.from() == from) {
        return part;
      }
    }
    PanePlays part = new PanePlays(pane, from);
    ofPane.add(part);
    entering.computeIfAbsent(from, any -> new ArrayList<>()).add(part);
    return part;
  }

  private void read(byte[] form, IntConsumer activeRegions, EntryVisitor visitor) {
    PlayForm.read(
        form,
        new PlayForm.Content() {
          private final List<Integer> numbers = new ArrayList<>();
          private int song;

          @Override
          public void region(byte[] bytes, int start, int length, boolean isActive) {
            int number = regions.number(bytes, start, length);
            numbers.add(number);
            if (isActive) {
              activeRegions.accept(number);
            }
          }

          @Override
          public void song(byte[] bytes, int start, int length) {
            song = rows.song(bytes, start, length);
          }

          @Override
          public void entry(int region, Entry entry) {
            visitor.visit(rows.row(song, numbers.get(region)), entry);
          }
        });
  }

  private void addToSums(long pane, int row, Entry entry) {
    if (pane >= windowEnd - size) {
      addInWindow(row, entry.plays());
    } else if (pane >= baseStart(windowEnd)) {
      addInBase(row, entry.plays());
    }
    weigh(pane, row, entry.plays() - entry.beyondAligned());
  }

  private void addInWindow(int row, long plays) {
    rows.addInWindow(row, plays);
    rows.addInWindow(rows.global(row), plays);
  }

  private void addInBase(int row, long plays) {
    rows.addInBase(row, plays);
    rows.addInBase(rows.global(row), plays);
  }

  /** Start of the first pane of the windows before. */
  private long baseStart(long end) {
    return end - (ChartSpec.BASELINE_WINDOWS + 1) * size;
  }

  /** Adds the weight of plays, or takes it away where they are negative. */
  private void weigh(long pane, int row, long plays) {
    long shift = decayed.halfLifeOf(pane) - decayed.oldest(windowEnd);
    if (shift >= 0) {
      rows.addWeight(row, plays, decayed.weight(pane), (int) shift);
      rows.addWeight(rows.global(row), plays, decayed.weight(pane), (int) shift);
    }
  }

  /**
   * Where anything was played in the window, of any bucket: so all books of a task say the same.
   */
  BitSet activeRegions() {
    BitSet union = new BitSet();
    for (List<PanePlays> ofPane : parts.subMap(windowEnd - size, windowEnd).values()) {
      for (PanePlays part : ofPane) {
        if (part.from() <= windowEnd) {
          union.or(part.active());
        }
      }
    }
    return union;
  }

  /** End of the next window that has plays, of any bucket; {@link #NONE} where there is none. */
  long nextWindowEnd() {
    if (windowEnd == NONE) {
      return NONE;
    }
    long first = windowEnd + slide;
    long next = NONE;
    for (Map.Entry<Long, Long> pane : played.tailMap(first - size).entrySet()) {
      long ofPane = Math.max(first, Math.max(pane.getKey() + slide, pane.getValue()));
      next = Math.min(next, ofPane);
      if (next <= Math.max(first, pane.getKey() + slide)) {
        break;
      }
    }
    return next;
  }

  /**
   * Moves the sums to another window.
   *
   * @param end end of the window
   */
  void moveTo(long end, History history) throws Exception {
    while (windowEnd < end) {
      Long next = played.ceilingKey(windowEnd);
      if (weighsNothing() && (next == null || next > windowEnd)) {
        windowEnd = next == null ? end : Math.min(end, next);
      } else {
        stepForward(history);
      }
    }
    while (windowEnd > end) {
      if (played.lowerKey(windowEnd) == null) {
        windowEnd = end;
      } else {
        stepBack(history);
      }
    }
    if (known.isEmpty()) {
      rows = new SongRows();
      watched.clear();
    }
  }

  /** Whether all sums are 0. */
  private boolean weighsNothing() {
    Long latest = played.lowerKey(windowEnd);
    return latest == null || latest < spec.keptFrom(windowEnd);
  }

  private void stepForward(History history) throws Exception {
    passWindowStart(windowEnd - size, 1, history);
    visit(baseStart(windowEnd), (row, plays, weighing) -> addInBase(row, -plays), history);
    long from = decayed.oldest(windowEnd);
    long to = decayed.oldest(windowEnd + slide);
    if (from < to) {
      for (long pane : weighted(from, to)) {
        visit(pane, (row, plays, weighing) -> weigh(pane, row, -weighing), history);
      }
      rows.shiftWeights(to - from);
    }
    windowEnd += slide;
    enter(windowEnd, 1);
  }

  private void stepBack(History history) throws Exception {
    long leaving = windowEnd - slide;
    enter(windowEnd, -1);
    long to = decayed.oldest(windowEnd);
    long from = decayed.oldest(leaving);
    windowEnd = leaving;
    if (from < to) {
      rows.shiftWeights(from - to);
      for (long pane : weighted(from, to)) {
        visit(pane, (row, plays, weighing) -> weigh(pane, row, weighing), history);
      }
    }
    passWindowStart(leaving - size, -1, history);
    visit(baseStart(leaving), (row, plays, weighing) -> addInBase(row, plays), history);
  }

  /** Adds what counts from a window on to the sums for it, or takes it away. */
  private void enter(long end, int sign) {
    for (PanePlays part : entering.getOrDefault(end, List.of())) {
      for (int i = 0; i < part.size(); i++) {
        addInWindow(part.row(i), (long) sign * part.plays(i));
        weigh(part.pane(), part.row(i), (long) sign * part.weighing(i));
      }
      moveListeners(part, sign);
    }
  }

  /** Takes a pane out of the window, to those before, or back again where the sign is -1. */
  private void passWindowStart(long pane, int sign, History history) throws Exception {
    visit(
        pane,
        (row, plays, weighing) -> {
          addInWindow(row, (long) -sign * plays);
          addInBase(row, (long) sign * plays);
        },
        history);
    for (PanePlays part : parts.getOrDefault(pane, List.of())) {
      if (part.from() <= windowEnd) {
        moveListeners(part, -sign);
      }
    }
  }

  private void moveListeners(PanePlays part, int sign) {
    if (watched.isEmpty()) {
      return;
    }
    part.order();
    for (int i = 0; i < part.size(); i++) {
      moveListeners(part, i, sign, part.row(i));
      moveListeners(part, i, sign, rows.global(part.row(i)));
    }
  }

  private void moveListeners(PanePlays part, int entry, int sign, int row) {
    Watched watcher = watched.get(row);
    if (watcher != null) {
      part.moveListeners(entry, sign, watcher.listeners);
    }
  }

  /** The panes before the window's end that are in the half-lives from one to before another. */
  private Collection<Long> weighted(long from, long to) {
    long end = Math.min(windowEnd, decayed.firstPane(to));
    long start = decayed.firstPane(from);
    return start < end ? List.copyOf(played.subMap(start, end).keySet()) : List.of();
  }

  private void visit(long pane, Visitor visitor, History history) throws Exception {
    List<PanePlays> inMemory = parts.get(pane);
    if (inMemory != null) {
      for (PanePlays part : inMemory) {
        if (part.from() <= windowEnd) {
          for (int i = 0; i < part.size(); i++) {
            visitor.visit(part.row(i), part.plays(i), part.weighing(i));
          }
        }
      }
    } else if (pane < heldFrom && played.containsKey(pane)) {
      for (Counted counted : history.read(pane)) {
        read(
            counted.form(),
            region -> {},
            (row, entry) ->
                visitor.visit(row, entry.plays(), entry.plays() - entry.beyondAligned()));
      }
    }
  }

  /** Offers what the window has to the charts. */
  void offerTo(ChartSelections selections) {
    watched.values().removeIf(each -> !each.isAsked);
    watched.values().forEach(each -> each.isAsked = false);
    cap(-1);
    rows.offerTo(selections, this);
    cap(1);
  }

  /** Takes out of the window, and of those before, what is beyond the cap, or puts it back. */
  private void cap(int sign) {
    if (beyondLast.isEmpty()) {
      return;
    }
    capOf(windowEnd, (row, beyond) -> addInWindow(row, (long) sign * beyond));
    for (int i = 1; i <= ChartSpec.BASELINE_WINDOWS; i++) {
      capOf(windowEnd - i * size, (row, beyond) -> addInBase(row, (long) sign * beyond));
    }
  }

  /** Is told how many plays of a row are beyond the cap. */
  private interface Beyond {
    void add(int row, int plays);
  }

  private void capOf(long end, Beyond beyond) {
    beyondLast
        .getOrDefault(end - slide, Map.of())
        .forEach(
            (from, ofRows) -> {
              if (from <= windowEnd) {
                ofRows.forEach(beyond::add);
              }
            });
  }

  /** Who listened to a row's song in the window; to be read before anything else is asked. */
  DistinctWindow listeners(int row) {
    Watched watcher = watched.get(row);
    if (watcher == null || watcher.listeners.isShort()) {
      watcher = new Watched(listenersAnew(row));
      watched.put(row, watcher);
    }
    watcher.isAsked = true;
    return watcher.listeners;
  }

  private DistinctWindow listenersAnew(int row) {
    DistinctWindow listeners = new DistinctWindow(room);
    boolean isGlobal = rows.region(row) == Regions.GLOBAL;
    for (List<PanePlays> ofPane : parts.subMap(windowEnd - size, windowEnd).values()) {
      for (PanePlays part : ofPane) {
        if (part.from() <= windowEnd) {
          int each = isGlobal ? rows.next(row) : row;
          while (each != SongRows.NONE) {
            part.addListeners(each, listeners);
            each = isGlobal ? rows.next(each) : SongRows.NONE;
          }
        }
      }
    }
    return listeners;
  }

  /**
   * Takes panes out of memory.
   *
   * @param from panes that start before it, which are in no window that is open
   * @return what each of them has, by its start, without listeners
   */
  Map<Long, Counted> release(long from) {
    if (from <= heldFrom) {
      return Map.of();
    }
    Map<Long, Counted> released = new LinkedHashMap<>();
    for (long pane : List.copyOf(known.headSet(from, false).tailSet(heldFrom, true))) {
      List<PanePlays> ofPane = parts.getOrDefault(pane, List.of());
      released.put(pane, new Counted(Long.MIN_VALUE, form(ofPane, false)));
    }
    parts.headMap(from, false).clear();
    entering.headMap(from + size, false).clear();
    heldFrom = from;
    return released;
  }

  /** What a pane in memory has, with listeners. */
  List<Counted> counted(long pane) {
    List<Counted> counted = new ArrayList<>();
    for (PanePlays part : parts.getOrDefault(pane, List.of())) {
      counted.add(new Counted(part.from(), form(List.of(part), true)));
    }
    return counted;
  }

  private byte[] form(List<PanePlays> of, boolean withListeners) {
    BitSet active = new BitSet();
    int entries = 0;
    for (PanePlays part : of) {
      part.order();
      active.or(part.active());
      entries += part.size();
    }
    Map<Integer, Integer> places = new LinkedHashMap<>();
    active.stream().forEach(region -> places.put(region, places.size()));
    Map<Integer, List<Place>> bySong = new LinkedHashMap<>();
    for (PanePlays part : of) {
      for (int i = 0; i < part.size(); i++) {
        places.putIfAbsent(rows.region(part.row(i)), places.size());
        bySong
            .computeIfAbsent(rows.song(part.row(i)), any -> new ArrayList<>(1))
            .add(new Place(part, i));
      }
    }
    List<PlayForm.Region> where = new ArrayList<>(places.size());
    for (int region : places.keySet()) {
      where.add(new PlayForm.Region(regions.name(region), active.get(region)));
    }
    FormWriter out = PlayForm.writer(where, 64 + 32 * entries);
    out.number(bySong.size());
    ItemNumbers ids = rows.ids();
    bySong.forEach(
        (song, ofSong) -> {
          out.item(ids.bytes(), ids.start(song), ids.length(song));
          out.number(ofSong.size());
          for (Place each : ofSong) {
            PlayForm.write(
                places.getOrDefault(rows.region(each.part.row(each.entry)), 0),
                each.part.entry(each.entry, withListeners),
                out);
          }
        });
    return out.toBytes();
  }

  /** Where an entry is. */
  private record Place(PanePlays part, int entry) {}

  /**
   * Forgets panes.
   *
   * @param from those that start before it, which make no difference to the sums
   * @return whether there were any
   */
  boolean forget(long from) {
    int count = known.headSet(from, false).size();
    if (count == 0) {
      return false;
    }
    known.headSet(from, false).clear();
    played.headMap(from, false).clear();
    beyondLast.headMap(from, false).clear();
    forgottenPanes += count;
    if (SWEPT_PART * forgottenPanes >= known.size()) {
      forgottenPanes = 0;
      sweep();
    }
    return true;
  }

  /** Forgets the rows that have nothing, where these are most. */
  private void sweep() {
    BitSet used = new BitSet(rows.size());
    for (List<PanePlays> ofPane : parts.values()) {
      for (PanePlays part : ofPane) {
        for (int i = 0; i < part.size(); i++) {
          used.set(part.row(i));
        }
      }
    }
    beyondLast
        .values()
        .forEach(ofPane -> ofPane.values().forEach(each -> each.keySet().forEach(used::set)));
    int[] places = new int[rows.size()];
    SongRows kept = rows.kept(used, places);
    if (2 * kept.size() > rows.size()) {
      return;
    }
    rows = kept;
    watched.clear();
    parts.values().forEach(ofPane -> ofPane.forEach(part -> part.renumber(places)));
    for (Map<Long, Map<Integer, Integer>> ofPane : beyondLast.values()) {
      ofPane.replaceAll(
          (from, beyond) -> {
            Map<Integer, Integer> renumbered = new HashMap<>();
            beyond.forEach((row, plays) -> renumbered.put(places[row], plays));
            return renumbered;
          });
    }
  }
}
