package io.millrace.operator.chart;

import io.millrace.operator.distinct.DistinctSample;
import io.millrace.operator.form.FormWriter;
import io.millrace.operator.sketch.ItemSlice;
import io.millrace.operator.topk.PaneCounts;
import io.millrace.operator.topk.PartialCount.Bucket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How often each song was played in each region in one pane, and by whom.
 *
 * <p><b>Space</b>: about 60 bytes for each song and region beside the song's id, and 12 for each
 * play, or 32 KiB for all plays of one that is played more than 2,000 times. <b>Time</b>: O(1) for
 * a play. <b>Error</b>: that of {@link DistinctSample} for listeners.
 */
final class PlayCounts<T> implements PaneCounts<T> {
  private static final int FEWEST = 16;

  /** Memory is looked at once in so many plays. */
  private static final int LOOK_EVERY = 64;

  /** Listeners of a song in a region are sampled from so many plays on. */
  private static final int SAMPLED_FROM = 2 * DistinctSample.EXACT;

  private final PlayFields<T> fields;
  private final ItemSlice slice = new ItemSlice();
  private final ItemNumbers songs = new ItemNumbers();
  private final ItemNumbers regions = new ItemNumbers();

  /** Of each song its first entry, plus one. */
  private int[] firstEntries = new int[FEWEST];

  // An entry is what is counted of a song in a region; those of a song follow each other.
  private int[] entryRegions = new int[FEWEST];
  private int[] nextEntries = new int[FEWEST];
  private int[] plays = new int[FEWEST];
  private int[] beyondAligned = new int[FEWEST];
  private int[] beyondLast = new int[FEWEST];

  /** The number of each entry's last play, plus one; 0 where all are in its sample. */
  private int[] lastPlays = new int[FEWEST];

  private @Nullable DistinctSample[] samples = new DistinctSample[FEWEST];
  private int entries;
  private int sampled;

  // Plays of an entry lead to those before.
  private long[] listeners = new long[FEWEST];
  private int[] formerPlays = new int[FEWEST];
  private int listed;

  private int adds;

  PlayCounts(PlayFields<T> fields) {
    this.fields = fields;
  }

  @Override
  public boolean add(T play) {
    fields.song(play, slice);
    int song = songs.of(slice);
    fields.region(play, slice);
    int entry = entry(song, regions.of(slice));
    plays[entry]++;
    addListener(entry, fields.listener(play));
    return ++adds % LOOK_EVERY == 0;
  }

  /** Counts a play of this pane that is beyond the cap of the aligned window. */
  void addBeyondAligned(ItemSlice song, byte[] region) {
    int entry = entry(songs.of(song), regions.of(region, 0, region.length));
    beyondAligned[entry]++;
  }

  /** Counts a play that is beyond the cap of the window whose last pane this is. */
  void addBeyondLast(ItemSlice song, byte[] region) {
    int entry = entry(songs.of(song), regions.of(region, 0, region.length));
    beyondLast[entry]++;
  }

  private int entry(int song, int region) {
    if (song == firstEntries.length) {
      firstEntries = Arrays.copyOf(firstEntries, 2 * song);
    }
    int last = -1;
    for (int entry = firstEntries[song] - 1; entry >= 0; entry = nextEntries[entry] - 1) {
      if (entryRegions[entry] == region) {
        return entry;
      }
      last = entry;
    }
    if (entries == plays.length) {
      growEntries();
    }
    int entry = entries++;
    entryRegions[entry] = region;
    if (last < 0) {
      firstEntries[song] = entry + 1;
    } else {
      nextEntries[last] = entry + 1;
    }
    return entry;
  }

  private void growEntries() {
    int room = 2 * entries;
    entryRegions = Arrays.copyOf(entryRegions, room);
    nextEntries = Arrays.copyOf(nextEntries, room);
    plays = Arrays.copyOf(plays, room);
    beyondAligned = Arrays.copyOf(beyondAligned, room);
    beyondLast = Arrays.copyOf(beyondLast, room);
    lastPlays = Arrays.copyOf(lastPlays, room);
    samples = Arrays.copyOf(samples, room);
  }

  private void addListener(int entry, long hash) {
    DistinctSample sample = samples[entry];
    if (sample == null && plays[entry] > SAMPLED_FROM) {
      sample = new DistinctSample();
      sample.merge(distinct(entry));
      samples[entry] = sample;
      sampled++;
      lastPlays[entry] = 0;
    }
    if (sample != null) {
      sample.add(hash);
      return;
    }
    if (listed == listeners.length) {
      listeners = Arrays.copyOf(listeners, 2 * listed);
      formerPlays = Arrays.copyOf(formerPlays, 2 * listed);
    }
    listeners[listed] = DistinctSample.kept(hash);
    formerPlays[listed] = lastPlays[entry];
    lastPlays[entry] = ++listed;
  }

  /** The distinct listeners of an entry that has no sample, in rising order. */
  private long[] distinct(int entry) {
    int count = 0;
    for (int play = lastPlays[entry]; play > 0; play = formerPlays[play - 1]) {
      count++;
    }
    long[] all = new long[count];
    for (int play = lastPlays[entry]; play > 0; play = formerPlays[play - 1]) {
      all[--count] = listeners[play - 1];
    }
    Arrays.sort(all);
    int distinct = 0;
    for (int i = 0; i < all.length; i++) {
      if (i == 0 || all[i] != all[i - 1]) {
        all[distinct++] = all[i];
      }
    }
    return distinct == all.length ? all : Arrays.copyOf(all, distinct);
  }

  @Override
  public long memoryBytes() {
    return 200
        + songs.memoryBytes()
        + regions.memoryBytes()
        + (long) firstEntries.length * Integer.BYTES
        + (long) plays.length * (7L * Integer.BYTES)
        + (long) listeners.length * (Long.BYTES + Integer.BYTES)
        + sampled * (32L << 10);
  }

  @Override
  public void reset() {
    Arrays.fill(firstEntries, 0, songs.size(), 0);
    songs.clear();
    regions.clear();
    Arrays.fill(nextEntries, 0, entries, 0);
    Arrays.fill(plays, 0, entries, 0);
    Arrays.fill(beyondAligned, 0, entries, 0);
    Arrays.fill(beyondLast, 0, entries, 0);
    Arrays.fill(lastPlays, 0, entries, 0);
    Arrays.fill(samples, 0, entries, null);
    entries = 0;
    sampled = 0;
    listed = 0;
  }

  @Override
  public void handOn(Parts out) {
    int[] nextSongs = new int[songs.size()];
    int[] firstSongs = new int[Bucket.COUNT];
    int[] songCounts = new int[Bucket.COUNT];
    for (int song = songs.size() - 1; song >= 0; song--) {
      int bucket = Bucket.indexOf(songs.bytes(), songs.start(song), songs.length(song));
      nextSongs[song] = firstSongs[bucket];
      firstSongs[bucket] = song + 1;
      songCounts[bucket]++;
    }
    List<PlayForm.Region> where = regionsOfForm();
    boolean anyActive = where.stream().anyMatch(PlayForm.Region::isActive);
    for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
      // A bucket without songs has to know where anything was played.
      if (songCounts[bucket] == 0 && !anyActive) {
        continue;
      }
      FormWriter form = PlayForm.writer(where, 64 + 64 * songCounts[bucket]);
      form.number(songCounts[bucket]);
      for (int song = firstSongs[bucket] - 1; song >= 0; song = nextSongs[song] - 1) {
        write(song, form);
      }
      out.part(new Bucket(TrendingCharts.SONGS, bucket), form.toBytes());
    }
  }

  private List<PlayForm.Region> regionsOfForm() {
    boolean[] active = new boolean[regions.size()];
    for (int entry = 0; entry < entries; entry++) {
      active[entryRegions[entry]] |= plays[entry] > 0;
    }
    List<PlayForm.Region> where = new ArrayList<>(active.length);
    for (int region = 0; region < active.length; region++) {
      where.add(new PlayForm.Region(regions.copy(region), active[region]));
    }
    return where;
  }

  private void write(int song, FormWriter form) {
    form.item(songs.bytes(), songs.start(song), songs.length(song));
    int count = 0;
    for (int entry = firstEntries[song] - 1; entry >= 0; entry = nextEntries[entry] - 1) {
      count++;
    }
    form.number(count);
    for (int entry = firstEntries[song] - 1; entry >= 0; entry = nextEntries[entry] - 1) {
      PlayForm.write(
          entryRegions[entry],
          new PlayForm.Entry(plays[entry], beyondAligned[entry], beyondLast[entry], heard(entry)),
          form);
    }
  }

  /** Who listened, as {@link PlayForm} has it. */
  private long[] heard(int entry) {
    DistinctSample sample = samples[entry];
    if (sample != null) {
      return sample.least();
    }
    long[] all = distinct(entry);
    return Arrays.copyOf(all, Math.min(all.length, DistinctSample.EXACT + 1));
  }
}
