package io.millrace.operator.chart;

import io.millrace.operator.chart.PlayForm.Entry;
import io.millrace.operator.distinct.DistinctSample;
import io.millrace.operator.form.FormWriter;
import io.millrace.operator.sketch.ItemBytes;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The songs of one bucket: what was played of each in each region, summed up for the end of a
 * window. The sums are moved from window to window by the panes that come in and go out, which is
 * exact in both directions: so a window that is published already can be looked at once more.
 *
 * <p><b>Space</b>: about 120 bytes for each song and region with plays that make a difference; for
 * each pane of an open window about 60 for each of its songs and regions, and 8 for each listener.
 * <b>Time</b>: O(1) for a song and region that come into the window, leave it, or leave what it is
 * compared with, or weigh no more; O(songs and regions) for a window that is published.
 */
final class SongBook {
  /** No window. */
  static final long NONE = Long.MAX_VALUE;

  private final ChartSpec spec;
  private final PanedWindows windows;
  private final long slide;
  private final long size;
  private final Decayed decayed;
  private final Regions regions;
  private final Map<Id, Song> songs = new HashMap<>();

  /** What is in memory, by the starts of the panes. */
  private final NavigableMap<Long, List<Part>> parts = new TreeMap<>();

  /**
   * The same by the ends of the windows from which on it counts, as long as one may be asked for.
   */
  private final NavigableMap<Long, List<Part>> entering = new TreeMap<>();

  /** Starts of all panes that it has anything of, in memory or not. */
  private final NavigableSet<Long> known = new TreeSet<>();

  /** Of those in which anything was played, of any bucket, from which window on it counts. */
  private final NavigableMap<Long, Long> played = new TreeMap<>();

  /**
   * What is beyond the cap in windows, by the start of their last panes, and then by the end of the
   * window from which on that is known.
   */
  private final NavigableMap<Long, Map<Long, Map<Row, Integer>>> beyondLast = new TreeMap<>();

  /** The sums are those of the window that ends here; {@link #NONE} as long as there are none. */
  private long windowEnd = NONE;

  /** Panes that start before are not in memory. */
  private long heldFrom;

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

  /** A song's id, as a key. */
  private static final class Id {
    private final byte[] bytes;
    private final int hash;

    Id(byte[] bytes) {
      this.bytes = bytes;
      this.hash = (int) ItemBytes.hash(bytes, 0, bytes.length);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Id id && Arrays.equals(bytes, id.bytes);
    }
  }

  /** A song. */
  static final class Song {
    private final byte[] id;

    /** In the order of the regions. */
    private @Nullable Row first;

    Song(byte[] id) {
      this.id = id;
    }

    byte[] id() {
      return id;
    }
  }

  /** A song in a region. */
  private static final class Row {
    private final Song song;
    private final int region;
    private @Nullable Row next;

    /** Plays in the window. */
    private long inWindow;

    /** Plays in the windows before it. */
    private long inBase;

    private final Decayed.Sum weight = new Decayed.Sum();

    /** What panes in memory have of it, the latest first. */
    private @Nullable Held latest;

    Row(Song song, int region) {
      this.song = song;
      this.region = region;
    }

    private boolean isEmpty() {
      return inWindow == 0 && inBase == 0 && latest == null && weight.isZero();
    }
  }

  /**
   * What was played in a pane and counts from a window on. A play counts in the windows that were
   * still open when it came.
   */
  private static final class Part {
    private final long pane;

    /** End of the first window that it counts in. */
    private final long from;

    private final BitSet active = new BitSet();
    private final List<Held> entries = new ArrayList<>();

    Part(long pane, long from) {
      this.pane = pane;
      this.from = from;
    }
  }

  /** What a part has of a row. */
  private static final class Held {
    private final Row row;
    private final Part part;
    private Entry entry;
    private @Nullable Held earlier;

    Held(Row row, Part part, Entry entry) {
      this.row = row;
      this.part = part;
      this.entry = entry;
    }
  }

  /** Is told of what a pane has. */
  private interface Visitor {
    void visit(Row row, Entry entry);
  }

  /**
   * An empty book.
   *
   * @param regions those of the task
   */
  SongBook(ChartSpec spec, Regions regions) {
    this.spec = spec;
    this.windows = spec.windows();
    this.slide = windows.slideMillis();
    this.size = windows.sizeMillis();
    this.decayed = new Decayed(spec);
    this.regions = regions;
    this.heldFrom = Long.MIN_VALUE;
  }

  /** A book to which what it had is added again, at the end of a window. */
  SongBook(ChartSpec spec, Regions regions, long windowEnd, long heldFrom) {
    this(spec, regions);
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
    Part part = pane < heldFrom ? null : part(pane, counted.from());
    read(
        counted.form(),
        region -> {
          played.merge(pane, counted.from(), Math::min);
          if (part != null) {
            part.active.set(region);
          }
        },
        (row, entry) -> add(pane, counted.from(), part, row, entry));
  }

  private Part part(long pane, long from) {
    List<Part> ofPane = parts.computeIfAbsent(pane, any -> new ArrayList<>());
    for (Part part : ofPane) {
      if (part.from == from) {
        return part;
      }
    }
    Part part = new Part(pane, from);
    ofPane.add(part);
    entering.computeIfAbsent(from, any -> new ArrayList<>()).add(part);
    return part;
  }

  private void read(byte[] form, IntConsumer activeRegions, Visitor visitor) {
    PlayForm.read(
        form,
        new PlayForm.Content() {
          private final List<Integer> numbers = new ArrayList<>();
          private @Nullable Song song;

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
            song =
                songs.computeIfAbsent(
                    new Id(Arrays.copyOfRange(bytes, start, start + length)),
                    id -> new Song(id.bytes));
          }

          @Override
          public void entry(int region, Entry entry) {
            if (song != null) {
              visitor.visit(row(song, numbers.get(region)), entry);
            }
          }
        });
  }

  private Row row(Song song, int region) {
    Row before = null;
    Row row = song.first;
    while (row != null && row.region != region && regions.compare(row.region, region) < 0) {
      before = row;
      row = row.next;
    }
    if (row != null && row.region == region) {
      return row;
    }
    Row added = new Row(song, region);
    added.next = row;
    if (before == null) {
      song.first = added;
    } else {
      before.next = added;
    }
    return added;
  }

  private void add(long pane, long from, @Nullable Part part, Row row, Entry entry) {
    if (pane < windowEnd && from <= windowEnd) {
      if (pane >= windowEnd - size) {
        row.inWindow += entry.plays();
      } else if (pane >= baseStart(windowEnd)) {
        row.inBase += entry.plays();
      }
      weigh(pane, row, entry, 1);
    }
    if (entry.beyondLast() > 0) {
      beyondLast
          .computeIfAbsent(pane, any -> new HashMap<>())
          .computeIfAbsent(from, any -> new HashMap<>())
          .merge(row, entry.beyondLast(), Integer::sum);
    }
    if (part != null) {
      hold(part, row, entry);
    }
  }

  /** Start of the first pane of the windows before. */
  private long baseStart(long end) {
    return end - (ChartSpec.BASELINE_WINDOWS + 1) * size;
  }

  private void weigh(long pane, Row row, Entry entry, int sign) {
    long shift = decayed.halfLifeOf(pane) - decayed.oldest(windowEnd);
    if (shift >= 0) {
      long plays = (long) sign * (entry.plays() - entry.beyondAligned());
      row.weight.add(plays, decayed.weight(pane), (int) shift);
    }
  }

  private static void hold(Part part, Row row, Entry entry) {
    Held later = null;
    Held there = row.latest;
    while (there != null && there.part.pane > part.pane) {
      later = there;
      there = there.earlier;
    }
    for (Held same = there; same != null && same.part.pane == part.pane; same = same.earlier) {
      if (same.part == part) {
        same.entry = merged(same.entry, entry);
        return;
      }
    }
    Held added = new Held(row, part, entry);
    added.earlier = there;
    if (later == null) {
      row.latest = added;
    } else {
      later.earlier = added;
    }
    part.entries.add(added);
  }

  private static Entry merged(Entry one, Entry other) {
    return new Entry(
        Math.addExact(one.plays(), other.plays()),
        Math.addExact(one.beyondAligned(), other.beyondAligned()),
        Math.addExact(one.beyondLast(), other.beyondLast()),
        union(one.listeners(), other.listeners()));
  }

  /** The items of two arrays in rising order, as many as a sample keeps. */
  private static long[] union(long[] one, long[] other) {
    long[] union = new long[Math.min(one.length + other.length, DistinctSample.EXACT + 1)];
    int size = 0;
    int i = 0;
    int j = 0;
    while (size < union.length && (i < one.length || j < other.length)) {
      if (j == other.length || (i < one.length && one[i] <= other[j])) {
        if (j < other.length && one[i] == other[j]) {
          j++;
        }
        union[size++] = one[i++];
      } else {
        union[size++] = other[j++];
      }
    }
    return size == union.length ? union : Arrays.copyOf(union, size);
  }

  /** Where anything was played in the window, of any bucket. */
  BitSet activeRegions() {
    BitSet union = new BitSet();
    for (List<Part> ofPane : parts.subMap(windowEnd - size, windowEnd).values()) {
      for (Part part : ofPane) {
        if (part.from <= windowEnd) {
          union.or(part.active);
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
      songs.clear();
    }
  }

  /** Whether all sums are 0. */
  private boolean weighsNothing() {
    Long latest = played.lowerKey(windowEnd);
    return latest == null || latest < spec.keptFrom(windowEnd);
  }

  private void stepForward(History history) throws Exception {
    visit(windowEnd - size, (row, entry) -> leaveWindow(row, entry, 1), history);
    visit(baseStart(windowEnd), (row, entry) -> row.inBase -= entry.plays(), history);
    long from = decayed.oldest(windowEnd);
    long to = decayed.oldest(windowEnd + slide);
    if (from < to) {
      for (long pane : weighted(from, to)) {
        visit(pane, (row, entry) -> weigh(pane, row, entry, -1), history);
      }
      shift(to - from);
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
      shift(from - to);
      for (long pane : weighted(from, to)) {
        visit(pane, (row, entry) -> weigh(pane, row, entry, 1), history);
      }
    }
    visit(leaving - size, (row, entry) -> leaveWindow(row, entry, -1), history);
    visit(baseStart(leaving), (row, entry) -> row.inBase += entry.plays(), history);
  }

  /** Adds what counts from a window on to the sums for it, or takes it away. */
  private void enter(long end, int sign) {
    for (Part part : entering.getOrDefault(end, List.of())) {
      for (Held held : part.entries) {
        held.row.inWindow += (long) sign * held.entry.plays();
        weigh(part.pane, held.row, held.entry, sign);
      }
    }
  }

  private void leaveWindow(Row row, Entry entry, int sign) {
    row.inWindow -= (long) sign * entry.plays();
    row.inBase += (long) sign * entry.plays();
  }

  /** The panes before the window's end that are in the half-lives from one to before another. */
  private Collection<Long> weighted(long from, long to) {
    long end = Math.min(windowEnd, decayed.firstPane(to));
    long start = decayed.firstPane(from);
    return start < end ? List.copyOf(played.subMap(start, end).keySet()) : List.of();
  }

  private void shift(long by) {
    for (Song song : songs.values()) {
      for (Row row = song.first; row != null; row = row.next) {
        row.weight.shift(by);
      }
    }
  }

  private void visit(long pane, Visitor visitor, History history) throws Exception {
    List<Part> inMemory = parts.get(pane);
    if (inMemory != null) {
      for (Part part : inMemory) {
        if (part.from <= windowEnd) {
          part.entries.forEach(each -> visitor.visit(each.row, each.entry));
        }
      }
    } else if (pane < heldFrom && played.containsKey(pane)) {
      for (Counted counted : history.read(pane)) {
        read(counted.form(), region -> {}, visitor);
      }
    }
  }

  /** Offers what the window has to the charts, and forgets what makes no difference any more. */
  void offerTo(ChartSelections selections) {
    Map<Row, Integer> beyondWindow = beyond(windowEnd, 1);
    Map<Row, Integer> beyondBase = beyond(windowEnd - size, ChartSpec.BASELINE_WINDOWS);
    selections.scale(decayed.scale(windowEnd));
    for (Iterator<Song> each = songs.values().iterator(); each.hasNext(); ) {
      Song song = each.next();
      Row before = null;
      for (Row row = song.first; row != null; row = row.next) {
        if (row.isEmpty()) {
          unlink(song, before, row);
          continue;
        }
        before = row;
        selections.offer(
            this,
            song,
            row.region,
            row.inWindow - beyondWindow.getOrDefault(row, 0),
            row.inBase - beyondBase.getOrDefault(row, 0),
            row.weight);
      }
      if (song.first == null) {
        each.remove();
      } else {
        selections.offerGlobal(this, song);
      }
    }
  }

  private static void unlink(Song song, @Nullable Row before, Row row) {
    if (before == null) {
      song.first = row.next;
    } else {
      before.next = row.next;
    }
  }

  /**
   * What is beyond the cap in windows that lie end to end.
   *
   * @param end end of the last one
   */
  private Map<Row, Integer> beyond(long end, int count) {
    Map<Row, Integer> sums = new HashMap<>();
    for (int i = 0; i < count && !beyondLast.isEmpty(); i++) {
      beyondLast
          .getOrDefault(end - i * size - slide, Map.of())
          .forEach(
              (from, rows) -> {
                if (from <= windowEnd) {
                  rows.forEach((row, beyond) -> sums.merge(row, beyond, Integer::sum));
                }
              });
    }
    return sums;
  }

  /**
   * Who listened to a song in the window.
   *
   * @param region where; {@link Regions#GLOBAL} for anywhere
   */
  DistinctSample listeners(Song song, int region) {
    DistinctSample sample = new DistinctSample();
    for (Row row = song.first; row != null; row = row.next) {
      if (region == Regions.GLOBAL || row.region == region) {
        for (Held each = row.latest; each != null; each = each.earlier) {
          if (windows.holds(windowEnd, each.part.pane) && each.part.from <= windowEnd) {
            sample.merge(each.entry.listeners());
          }
        }
      }
    }
    return sample;
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
      List<Part> ofPane = parts.getOrDefault(pane, List.of());
      released.put(pane, new Counted(Long.MIN_VALUE, form(ofPane, false)));
      ofPane.forEach(part -> part.entries.forEach(SongBook::unlink));
    }
    parts.headMap(from, false).clear();
    entering.headMap(from + size, false).clear();
    heldFrom = from;
    return released;
  }

  private static void unlink(Held gone) {
    Row row = gone.row;
    if (row.latest == gone) {
      row.latest = gone.earlier;
      return;
    }
    for (Held later = row.latest; later != null; later = later.earlier) {
      if (later.earlier == gone) {
        later.earlier = gone.earlier;
        return;
      }
    }
  }

  /** What a pane in memory has, with listeners. */
  List<Counted> counted(long pane) {
    List<Counted> counted = new ArrayList<>();
    for (Part part : parts.getOrDefault(pane, List.of())) {
      counted.add(new Counted(part.from, form(List.of(part), true)));
    }
    return counted;
  }

  private byte[] form(List<Part> of, boolean withListeners) {
    BitSet active = new BitSet();
    List<Held> entries = new ArrayList<>();
    for (Part part : of) {
      active.or(part.active);
      entries.addAll(part.entries);
    }
    Map<Integer, Integer> places = new LinkedHashMap<>();
    active.stream().forEach(region -> places.put(region, places.size()));
    Map<Song, List<Held>> bySong = new LinkedHashMap<>();
    for (Held each : entries) {
      places.putIfAbsent(each.row.region, places.size());
      bySong.computeIfAbsent(each.row.song, any -> new ArrayList<>()).add(each);
    }
    List<PlayForm.Region> where = new ArrayList<>(places.size());
    for (int region : places.keySet()) {
      where.add(new PlayForm.Region(regions.name(region), active.get(region)));
    }
    FormWriter out = PlayForm.writer(where, 64 + 32 * entries.size());
    out.number(bySong.size());
    bySong.forEach(
        (song, ofSong) -> {
          out.item(song.id, 0, song.id.length);
          out.number(ofSong.size());
          for (Held each : ofSong) {
            PlayForm.write(
                places.getOrDefault(each.row.region, 0),
                withListeners ? each.entry : each.entry.withoutListeners(),
                out);
          }
        });
    return out.toBytes();
  }

  /**
   * Forgets panes.
   *
   * @param from those that start before it, which make no difference to the sums
   * @return whether there were any
   */
  boolean forget(long from) {
    boolean some = !known.headSet(from, false).isEmpty();
    known.headSet(from, false).clear();
    played.headMap(from, false).clear();
    beyondLast.headMap(from, false).clear();
    return some;
  }
}
