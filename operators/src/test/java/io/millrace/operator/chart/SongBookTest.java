package io.millrace.operator.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.chart.ChartSelections.Selected;
import io.millrace.operator.chart.PlayForm.Entry;
import io.millrace.operator.chart.SongBook.Counted;
import io.millrace.operator.distinct.DistinctSample;
import io.millrace.operator.distinct.DistinctWindow;
import io.millrace.operator.form.FormWriter;
import io.millrace.operator.sketch.ItemBytes;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows of four panes over many songs, with quiet times, against what a list of plays says. */
class SongBookTest {
  private static final long SLIDE = 1_000;
  private static final int PANES_IN_WINDOW = 4;
  private static final int K = 5;
  private static final int STEPS = 260;
  private static final List<String> REGIONS = List.of("AA", "BB", "CC");
  private static final ChartSpec SPEC =
      new ChartSpec(
          new PanedWindows(PANES_IN_WINDOW * SLIDE, SLIDE, 0),
          List.of(ChartKind.WINDOWED, ChartKind.DECAYED, ChartKind.NOVELTY),
          K,
          3_000,
          0,
          3,
          0,
          ChartSpec.DEFAULT_LOCAL_BYTES);

  /** What was played of a song in a region in a pane. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Played(int song, int region, int plays, long[] listeners) {}

  private final Regions regions = new Regions();
  private final Map<Long, List<Played>> history = new TreeMap<>();
  private final Map<Long, List<byte[]>> forms = new HashMap<>();
  private final Decayed decayed = new Decayed(SPEC);

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void charts_ofEveryWindow_areThoseOfThePlays(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SongBook book = new SongBook(SPEC, decayed, regions);
    ChartSelections selections = new ChartSelections(SPEC);
    int mostRows = 0;
    for (int step = 0; step < STEPS; step++) {
      long pane = step * SLIDE;
      addPane(book, pane, random, step);
      long end = pane + SLIDE;
      try {
        book.moveTo(end, this::read);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      check(book, selections, end);
      Map<Long, Counted> released = book.release(end - PANES_IN_WINDOW * SLIDE);
      released.forEach((each, counted) -> forms.put(each, List.of(counted.form())));
      book.forget(SPEC.keptFrom(end));
      mostRows = Math.max(mostRows, book.rowCount());
    }
    // Songs of another time are forgotten.
    assertThat(mostRows).isGreaterThan(1_000);
    assertThat(book.rowCount()).isLessThan(mostRows / 2);
  }

  private List<Counted> read(long pane) {
    return forms.getOrDefault(pane, List.of()).stream()
        .map(form -> new Counted(Long.MIN_VALUE, form))
        .toList();
  }

  /** Adds what was played in a pane in two pieces; at times hardly anything was. */
  private void addPane(SongBook book, long pane, SplittableRandom random, int step) {
    int songs = step > 100 ? 20 : step % 50 > 40 ? 2 : 150;
    int first = step < 100 ? 0 : 1_000;
    List<Played> played = new ArrayList<>();
    for (int piece = 0; piece < 2; piece++) {
      List<Played> ofPiece = new ArrayList<>();
      for (int i = 0; i < songs; i++) {
        int song = first + (int) (1_000 * Math.pow(random.nextDouble(), 3));
        if (ofPiece.stream().noneMatch(each -> each.song() == song)) {
          int region = random.nextInt(REGIONS.size());
          int most = song % 97 == 0 ? 2_000 : 20;
          ofPiece.add(played(song, region, 1 + random.nextInt(most), random));
        }
      }
      book.add(pane, new Counted(pane + SLIDE, form(ofPiece)));
      played.addAll(ofPiece);
    }
    history.put(pane, played);
  }

  private static Played played(int song, int region, int plays, SplittableRandom random) {
    DistinctSample listeners = new DistinctSample();
    for (int i = 0; i < plays; i++) {
      listeners.add(new SplittableRandom(random.nextInt(4_000)).nextLong());
    }
    return new Played(song, region, plays, listeners.least());
  }

  private static byte[] form(List<Played> played) {
    FormWriter out =
        PlayForm.writer(
            REGIONS.stream()
                .map(
                    region ->
                        new PlayForm.Region(
                            ItemBytes.of(region),
                            played.stream()
                                .anyMatch(each -> REGIONS.get(each.region()).equals(region))))
                .toList(),
            100);
    out.number(played.size());
    for (Played each : played) {
      byte[] id = ItemBytes.of(id(each.song()));
      out.item(id, 0, id.length);
      out.number(1);
      PlayForm.write(each.region(), new Entry(each.plays(), 0, 0, each.listeners()), out);
    }
    return out.toBytes();
  }

  private static String id(int song) {
    return "song-" + song;
  }

  private void check(SongBook book, ChartSelections selections, long end) {
    BitSet active = book.activeRegions();
    active.set(Regions.GLOBAL);
    selections.scale(decayed.scale(end));
    boolean isComplete = false;
    for (boolean guess = true; !isComplete; guess = false) {
      selections.begin(active, guess);
      book.offerTo(selections);
      isComplete = selections.end();
    }
    for (int number : active.stream().toArray()) {
      String region = number == Regions.GLOBAL ? "" : regions.text(number);
      for (ChartKind kind : SPEC.kinds()) {
        List<Selected> selected = new ArrayList<>(selections.selected(kind, number));
        selected.sort(Comparator.reverseOrder());
        List<String> songs = new ArrayList<>();
        for (Selected each : selected) {
          byte[] id = book.id(each.row());
          DistinctWindow listeners = book.listeners(each.row());
          songs.add(
              ItemBytes.toString(id, 0, id.length)
                  + String.format(
                      " %d %.6f %d %b",
                      each.plays(), each.score(), listeners.count(), listeners.isExact()));
        }
        assertThat(songs)
            .as("%s chart of '%s' at %d", kind, region, end)
            .containsExactlyElementsOf(expected(kind, region, end));
      }
    }
  }

  /** The sums of one song in a region, or everywhere. */
  private static final class Truth {
    private long plays;
    private long base;
    private final WeightSums weight = new WeightSums();
    private final DistinctSample listeners = new DistinctSample();
  }

  private List<String> expected(ChartKind kind, String region, long end) {
    Map<String, Truth> songs = new TreeMap<>();
    history.forEach(
        (pane, played) -> {
          for (Played each : played) {
            if (region.isEmpty() || REGIONS.get(each.region()).equals(region)) {
              add(songs.computeIfAbsent(id(each.song()), id -> new Truth()), pane, each, end);
            }
          }
        });
    return songs.entrySet().stream()
        .filter(song -> score(kind, song.getValue(), end) > Double.NEGATIVE_INFINITY)
        .sorted(
            Comparator.comparingDouble(
                    (Map.Entry<String, Truth> song) -> -score(kind, song.getValue(), end))
                .thenComparing(Map.Entry::getKey))
        .limit(K)
        .map(
            song ->
                song.getKey()
                    + String.format(
                        " %d %.6f %d %b",
                        song.getValue().plays,
                        score(kind, song.getValue(), end),
                        song.getValue().listeners.count(),
                        song.getValue().listeners.isExact()))
        .toList();
  }

  private void add(Truth song, long pane, Played played, long end) {
    if (pane >= end - PANES_IN_WINDOW * SLIDE) {
      song.plays += played.plays();
      song.listeners.merge(played.listeners());
    } else if (pane >= end - 25 * PANES_IN_WINDOW * SLIDE) {
      song.base += played.plays();
    }
    long shift = decayed.halfLifeOf(pane) - decayed.oldest(end);
    if (shift >= 0) {
      song.weight.add(0, played.plays(), decayed.weight(pane), (int) shift);
    }
  }

  private double score(ChartKind kind, Truth song, long end) {
    double baseline = song.base / 24.0;
    double weight = song.weight.toDouble(0) * decayed.scale(end);
    return switch (kind) {
      case WINDOWED -> song.plays > 0 ? song.plays : Double.NEGATIVE_INFINITY;
      case DECAYED -> weight > 0 ? weight : Double.NEGATIVE_INFINITY;
      case NOVELTY ->
          song.plays < SPEC.minSupport()
              ? Double.NEGATIVE_INFINITY
              : (song.plays - baseline) / Math.sqrt(baseline + 1);
    };
  }
}
