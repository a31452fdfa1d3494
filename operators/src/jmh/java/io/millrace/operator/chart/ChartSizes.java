package io.millrace.operator.chart;

import io.millrace.operator.chart.SongBook.Counted;
import io.millrace.operator.dedup.IdTableSize;
import io.millrace.operator.sketch.ItemBytes;
import io.millrace.operator.sketch.ItemSlice;
import io.millrace.operator.topk.PartialCount.Bucket;
import io.millrace.operator.window.PanedWindows;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * How much state and memory charts take: for each song and region of a slide, each listener, each
 * play that is looked at for repetitions, and each listener and song under the cap.
 *
 * <p>Arguments: songs; where it is missing, 400000.
 */
final class ChartSizes {
  private static final int SONGS = 400_000;
  private static final List<String> REGIONS = List.of("BR", "DE", "IN", "JP", "US");
  private static final int MORE_LISTENERS = 3;
  private static final long HOUR = 3_600_000;
  private static final long SLIDE = 300_000;
  private static final ChartSpec SPEC =
      new ChartSpec(
          new PanedWindows(HOUR, SLIDE, 0),
          List.of(ChartKind.values()),
          100,
          HOUR,
          10,
          20,
          0,
          ChartSpec.DEFAULT_LOCAL_BYTES);

  private ChartSizes() {}

  /** A play. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Play(byte[] song, byte[] region, long listener) {}

  /** What is read of it. */
  private record Fields() implements PlayFields<Play> {
    @Override
    public void song(Play play, ItemSlice slice) {
      slice.set(play.song, 0, play.song.length);
    }

    @Override
    public void region(Play play, ItemSlice slice) {
      slice.set(play.region, 0, play.region.length);
    }

    @Override
    public long listener(Play play) {
      return play.listener;
    }
  }

  /** A pane as it is handed on: for each bucket its form. */
  private static byte[][] pane(int songs, int listeners) {
    SplittableRandom random = new SplittableRandom(1);
    PlayCounts<Play> counts = new PlayCounts<>(new Fields());
    List<byte[]> regions = REGIONS.stream().map(ItemBytes::of).toList();
    for (int song = 0; song < songs; song++) {
      byte[] id = ItemBytes.of(String.format(Locale.ROOT, "%022d", song));
      for (byte[] region : regions) {
        for (int i = 0; i < listeners; i++) {
          counts.add(new Play(id, region, random.nextLong()));
        }
      }
    }
    byte[][] forms = new byte[Bucket.COUNT][];
    counts.handOn((bucket, form) -> forms[bucket.index()] = form);
    return forms;
  }

  private static long bytes(byte[][] forms) {
    long bytes = 0;
    for (byte[] form : forms) {
      bytes += form.length;
    }
    return bytes;
  }

  private static long heap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  public static void main(String[] args) throws Exception {
    int songs = args.length > 0 ? Integer.parseInt(args[0]) : SONGS;
    double rows = (double) songs * REGIONS.size();
    byte[][] one = pane(songs, 1);
    byte[][] more = pane(songs, 1 + MORE_LISTENERS);
    double listener = (bytes(more) - bytes(one)) / rows / MORE_LISTENERS;
    print(
        "state: a song, region and slide, in an open window, without listeners",
        bytes(one) / rows - listener);
    print("state: each listener of it", listener);

    long before = heap();
    List<SongBook> books = new ArrayList<>();
    Regions regions = new Regions();
    Decayed decayed = new Decayed(SPEC);
    long released = 0;
    for (byte[] form : one) {
      SongBook book = new SongBook(SPEC, decayed, regions);
      book.add(0, new Counted(SLIDE, form));
      book.moveTo(SLIDE, pane -> List.of());
      books.add(book);
    }
    print(
        "memory: a song and region, with one slide of one listener in an open window",
        (heap() - before) / rows);
    for (SongBook book : books) {
      book.moveTo(SLIDE + HOUR, pane -> List.of());
      for (Counted counted : book.release(SLIDE).values()) {
        released += counted.form().length;
      }
    }
    print("memory: a song and region, once no open window has it", (heap() - before) / rows);
    print("state: a song, region and slide, once no open window has it", released / rows);

    CapTable cap = new CapTable(SPEC.windows(), SPEC.listenerCap(), Integer::compare);
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < rows; i++) {
      cap.add(random.nextLong(), 0, 1, Long.MIN_VALUE, (end, pane, region) -> {});
    }
    print("memory: a listener, song and slide under the cap", cap.memoryBytes() / rows);
    print("memory: a play within the horizon of repetitions", IdTableSize.bytesOf((int) rows));
    // Keeps the books in memory until they are measured.
    System.out.printf(
        Locale.ROOT, "%,d songs in %d regions, %d books%n", songs, REGIONS.size(), books.size());
  }

  private static void print(String what, double bytes) {
    System.out.printf(Locale.ROOT, "%-75s %6.1f bytes%n", what, bytes);
  }
}
