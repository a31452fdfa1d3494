package io.millrace.local.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.bench.ChartRecount.Charted;
import io.millrace.local.bench.ChartRecount.Kind;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.listening.ChartEntry;
import io.millrace.schema.listening.ChartPublished;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a timed run over plays did its work, so that its time means something.
 *
 * @param load what it had to read
 */
record PlayCheck(PlayLoad load) {
  /** Most songs of a chart: the job's default. */
  static final int K = 100;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** So many listeners are counted exactly. */
  private static final int EXACT_LISTENERS = 1_000;

  /** Six times the standard error of more of them. */
  private static final double LISTENERS_OFF = 6 * 0.032;

  /** Sums of doubles differ by their order. */
  private static final double SCORE_OFF = 1e-9;

  /** Of a chart. */
  private record Of(String chart, String region, long windowEnd) {}

  /**
   * Checks what the clock and the job itself counted.
   *
   * @throws VoidRunException for the first figure that is not as it must be
   */
  void figures(PlayVariant variant, Map<String, Long> figures) throws VoidRunException {
    Figures of = new Figures(variant.code(), figures);
    of.require("records read", RunTimes.SOURCE_RECORDS, load.records());
    if (variant.outputs().isEmpty()) {
      of.require("records discarded", Figures.RECORDS, load.records());
      of.require("checksum of the records", Figures.CHECKSUM, load.checksum());
    }
  }

  /**
   * Checks the committed rows of a variant.
   *
   * @param rows number of rows in each of its topics; only the first may have any
   * @param directory holds the rows, a file a topic
   * @throws VoidRunException where they are not what the recount says
   */
  void rows(PlayVariant variant, Map<String, Long> rows, Path directory)
      throws VoidRunException, IOException {
    List<String> topics = variant.outputs();
    for (String topic : topics.subList(1, topics.size())) {
      if (!topic.equals(Topics.TRENDING_SONGS_LIVE.name())) {
        new Figures(variant.code(), rows).require("committed rows in " + topic, topic, 0);
      }
    }
    Path file = directory.resolve(topics.get(0) + ".jsonl");
    ChartRecount truth = new ChartRecount(load, variant.slideMillis(), variant.isCapped());
    try {
      if (variant.isJob()) {
        charts(variant, file, truth);
      } else {
        charted(file, truth);
      }
    } catch (VoidRunException e) {
      throw new VoidRunException(variant.code() + ": " + e.getMessage());
    }
  }

  /** Rows that hold a chart each. */
  private static void charts(PlayVariant variant, Path file, ChartRecount truth)
      throws VoidRunException, IOException {
    Map<Of, ChartPublished> published = published(file);
    Map<Of, ChartPublished> earlier = new HashMap<>();
    while (truth.next()) {
      for (int place = 0; place <= PlayLoad.REGIONS.size(); place++) {
        if (!truth.isActive(place)) {
          continue;
        }
        for (Kind kind : Kind.values()) {
          if (!variant.charts().contains(kind.code())) {
            continue;
          }
          Of of = new Of(kind.code(), region(place), truth.end());
          ChartPublished chart = published.remove(of);
          if (chart == null) {
            throw new VoidRunException(of + " is missing");
          }
          try {
            check(chart, earlier.get(new Of(of.chart(), of.region(), 0)), kind, place, truth);
          } catch (VoidRunException e) {
            throw new VoidRunException(of + ": " + e.getMessage());
          }
          earlier.put(new Of(of.chart(), of.region(), 0), chart);
        }
      }
    }
    requireNothing(published.keySet());
  }

  private static Map<Of, ChartPublished> published(Path file) throws VoidRunException, IOException {
    Map<Of, ChartPublished> published = new HashMap<>();
    JsonCodec<ChartPublished> codec = Topics.TRENDING_SONGS_CHARTS.codec();
    try (var lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        ChartPublished chart = codec.decode(line.getBytes(StandardCharsets.UTF_8));
        Of of = new Of(chart.chart(), chart.region(), chart.windowEnd());
        if (published.put(of, chart) != null) {
          throw new VoidRunException(of + " is published twice");
        }
      }
    } catch (RejectedException e) {
      throw new VoidRunException("a committed row is none: " + e.getMessage());
    }
    return published;
  }

  private static String region(int place) {
    return place == ChartRecount.GLOBAL ? SongPlayed.GLOBAL : PlayLoad.REGIONS.get(place - 1);
  }

  private static void check(
      ChartPublished chart,
      @Nullable ChartPublished earlier,
      Kind kind,
      int place,
      ChartRecount truth)
      throws VoidRunException {
    require(
        chart.revision() == 0 && chart.windowStart() == chart.windowEnd() - PlayLoad.WINDOW_MILLIS,
        "revision " + chart.revision() + " of the window from " + chart.windowStart());
    List<Charted> first = truth.first(kind, place, K);
    require(
        chart.entries().size() == first.size(),
        chart.entries().size() + " entries, not " + first.size());
    Map<String, Integer> ranksBefore = new HashMap<>();
    if (earlier != null) {
      earlier.entries().forEach(entry -> ranksBefore.put(entry.songId(), entry.rank()));
    }
    Set<String> seen = new HashSet<>();
    ChartEntry before = null;
    for (ChartEntry entry : chart.entries()) {
      int song = PlayLoad.song(entry.songId());
      require(
          entry.rank() == seen.size() + 1 && seen.add(entry.songId()) && isBehind(entry, before),
          entry + " is not in its place");
      require(
          song >= 0
              && entry.plays() == truth.plays(place, song)
              && entry.baseline() == truth.baseline(place, song)
              && isClose(entry.score(), truth.score(kind, place, song)),
          () ->
              String.format(
                  "%s, but the recount has %d plays, baseline %s and score %s",
                  entry,
                  truth.plays(place, song),
                  truth.baseline(place, song),
                  truth.score(kind, place, song)));
      // So no song is missing that has a greater score.
      require(
          isClose(entry.score(), first.get(entry.rank() - 1).score()),
          () -> entry + ", but " + first.get(entry.rank() - 1) + " comes first");
      require(
          Objects.equals(entry.previousRank(), ranksBefore.get(entry.songId())),
          () -> entry + ", but it was " + ranksBefore.get(entry.songId()));
      before = entry;
    }
    if (chart.windowEnd() % PlayLoad.WINDOW_MILLIS == 0) {
      checkListeners(chart, place, truth);
    }
  }

  private static boolean isBehind(ChartEntry entry, @Nullable ChartEntry before) {
    if (before == null) {
      return true;
    }
    return entry.score() < before.score()
        || (entry.score() == before.score() && before.songId().compareTo(entry.songId()) < 0);
  }

  private static boolean isClose(double one, double other) {
    return Math.abs(one - other) <= SCORE_OFF * Math.max(1, Math.abs(other));
  }

  private static void checkListeners(ChartPublished chart, int place, ChartRecount truth)
      throws VoidRunException {
    long[] listeners =
        truth.listeners(
            place,
            chart.entries().stream().mapToInt(entry -> PlayLoad.song(entry.songId())).toArray());
    for (ChartEntry entry : chart.entries()) {
      long count = listeners[entry.rank() - 1];
      boolean isExact = count <= EXACT_LISTENERS;
      double off = Math.abs(entry.distinctListeners() - (double) count);
      require(
          entry.approximate() != isExact && off <= (isExact ? 0 : LISTENERS_OFF * count),
          () -> entry + ", but " + count + " people played it");
    }
  }

  /** Rows that hold one song of a windowed chart each, in any order. */
  private static void charted(Path file, ChartRecount truth) throws VoidRunException, IOException {
    Map<Of, List<Charted>> published = new HashMap<>();
    try (var lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode row = JSON.readTree(line);
        published
            .computeIfAbsent(
                new Of(
                    Kind.WINDOWED.code(),
                    row.path("region").textValue(),
                    row.path("windowEnd").longValue()),
                of -> new ArrayList<>())
            .add(
                new Charted(
                    PlayLoad.song(row.path("songId").textValue()), row.path("count").longValue()));
      }
    }
    while (truth.next()) {
      for (int place = 0; place <= PlayLoad.REGIONS.size(); place++) {
        Of of = new Of(Kind.WINDOWED.code(), region(place), truth.end());
        List<Charted> songs = published.getOrDefault(of, new ArrayList<>());
        published.remove(of);
        songs.sort(ChartRecount.FIRST);
        if (!songs.equals(truth.first(Kind.WINDOWED, place, K))) {
          throw new VoidRunException(of + ": the rows differ from the recount");
        }
      }
    }
    requireNothing(published.keySet());
  }

  private static void requireNothing(Set<Of> charts) throws VoidRunException {
    if (!charts.isEmpty()) {
      throw new VoidRunException("charts of windows or regions without plays: " + charts);
    }
  }

  private static void require(boolean holds, String problem) throws VoidRunException {
    require(holds, () -> problem);
  }

  private static void require(boolean holds, Supplier<String> problem) throws VoidRunException {
    if (!holds) {
      throw new VoidRunException(problem.get());
    }
  }
}
