package io.millrace.job.listening;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schema.listening.SongCatalogued;
import io.millrace.schema.listening.SongPlayed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Recounts charts the slow way, window by window from all plays. It shares no code with the
 * operators, and reads their rows as plain JSON.
 *
 * @param cap 0 for none
 */
record ChartRecount(
    long window, long slide, int k, long halfLife, int cap, int minSupport, List<String> charts) {
  private static final int HALF_LIVES = 24;
  private static final Comparator<String> BY_BYTES =
      (one, other) ->
          Arrays.compareUnsigned(
              one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));

  private record Scored(String song, double score) {}

  /** Every row that must be published, sorted. */
  List<String> rows(List<SongPlayed> all, List<SongCatalogued> names) {
    Map<String, SongPlayed> once = new LinkedHashMap<>();
    for (SongPlayed play : all) {
      if (play.durationPlayedMillis() >= 30_000) {
        once.putIfAbsent(play.playId(), play);
      }
    }
    TreeMap<Long, List<SongPlayed>> panes = new TreeMap<>();
    Set<Long> ends = new TreeSet<>();
    for (SongPlayed play : once.values()) {
      long pane = Math.floorDiv(play.at(), slide) * slide;
      panes.computeIfAbsent(pane, any -> new ArrayList<>()).add(play);
      for (long end = pane + slide; end <= pane + window; end += slide) {
        ends.add(end);
      }
    }
    List<String> rows = new ArrayList<>();
    Map<String, List<String>> before = new HashMap<>();
    for (long end : ends) {
      rows.addAll(rows(end, panes, names, before));
    }
    rows.sort(null);
    return rows;
  }

  private List<String> rows(
      long end,
      TreeMap<Long, List<SongPlayed>> panes,
      List<SongCatalogued> names,
      Map<String, List<String>> before) {
    List<SongPlayed> played = new ArrayList<>();
    panes.subMap(end - window, end).values().forEach(played::addAll);
    List<SongPlayed> inWindow = capped(end, panes);
    Map<String, Map<String, Long>> counts = count(inWindow);
    Map<String, Map<String, Double>> means = new HashMap<>();
    for (int i = 1; i <= 24; i++) {
      count(capped(end - i * window, panes))
          .forEach(
              (region, songs) ->
                  songs.forEach(
                      (song, count) ->
                          means
                              .computeIfAbsent(region, any -> new HashMap<>())
                              .merge(song, (double) count, Double::sum)));
    }
    Map<String, Map<String, Double>> weights = weights(end, panes);
    Set<String> regions = new TreeSet<>(Set.of("GLOBAL"));
    played.forEach(play -> regions.add(play.region()));
    List<String> rows = new ArrayList<>();
    for (String region : regions) {
      Map<String, Long> plays = counts.getOrDefault(region, Map.of());
      Map<String, Double> mean = means.getOrDefault(region, Map.of());
      Map<String, Double> weight = weights.getOrDefault(region, Map.of());
      for (String chart : charts) {
        List<Scored> songs = new ArrayList<>();
        Set<String> candidates = new HashSet<>(plays.keySet());
        candidates.addAll(weight.keySet());
        for (String song : candidates) {
          long count = plays.getOrDefault(song, 0L);
          double usual = mean.getOrDefault(song, 0.0) / 24;
          if (chart.equals("windowed") && count > 0) {
            songs.add(new Scored(song, count));
          } else if (chart.equals("decayed") && weight.containsKey(song)) {
            songs.add(new Scored(song, weight.get(song)));
          } else if (chart.equals("novelty") && count >= minSupport) {
            songs.add(new Scored(song, (count - usual) / Math.sqrt(usual + 1)));
          }
        }
        songs.sort(
            Comparator.comparingDouble((Scored song) -> rankedBy(chart, song.score()))
                .reversed()
                .thenComparing(Scored::song, BY_BYTES));
        List<Scored> first = songs.subList(0, Math.min(k, songs.size()));
        String key = chart + "@" + region;
        List<String> ranksBefore = before.getOrDefault(key, List.of());
        StringBuilder row = new StringBuilder(key + " " + (end - window) + " " + end + " 0");
        for (int i = 0; i < first.size(); i++) {
          Scored each = first.get(i);
          int previous = ranksBefore.indexOf(each.song()) + 1;
          SongCatalogued name = name(each.song(), end, names);
          long listeners =
              played.stream()
                  .filter(play -> play.songId().equals(each.song()))
                  .filter(play -> region.equals("GLOBAL") || region.equals(play.region()))
                  .map(SongPlayed::userId)
                  .distinct()
                  .count();
          row.append(
              entry(
                  i + 1,
                  each.song(),
                  name == null ? title(each.song(), panes, end) : name.title(),
                  plays.getOrDefault(each.song(), 0L),
                  each.score(),
                  mean.getOrDefault(each.song(), 0.0) / 24,
                  previous,
                  previous == 0
                      ? "new"
                      : previous == i + 1 ? "same" : previous > i + 1 ? "up" : "down",
                  listeners));
        }
        before.put(key, first.stream().map(Scored::song).toList());
        rows.add(row.toString());
      }
    }
    return rows;
  }

  /** Weights that are equal may differ in the last bits here, where they are no integers. */
  private static double rankedBy(String chart, double score) {
    return chart.equals("decayed") ? Math.rint(score * 1e10) : score;
  }

  private static @Nullable SongCatalogued name(String song, long end, List<SongCatalogued> names) {
    SongCatalogued latest = null;
    for (SongCatalogued name : names) {
      if (name.songId().equals(song)
          && name.at() < end
          && (latest == null || name.at() > latest.at())) {
        latest = name;
      }
    }
    return latest;
  }

  /** What plays say, of which each song has one name in the tests. */
  private static @Nullable String title(
      String song, TreeMap<Long, List<SongPlayed>> panes, long end) {
    for (List<SongPlayed> pane : panes.headMap(end).values()) {
      for (SongPlayed play : pane) {
        if (play.songId().equals(song) && play.title() != null) {
          return play.title();
        }
      }
    }
    return null;
  }

  private List<SongPlayed> capped(long end, TreeMap<Long, List<SongPlayed>> panes) {
    List<SongPlayed> counted = new ArrayList<>();
    Map<String, Integer> ofListener = new HashMap<>();
    for (List<SongPlayed> pane : panes.subMap(end - window, end).values()) {
      List<SongPlayed> inOrder = new ArrayList<>(pane);
      inOrder.sort(Comparator.comparing(SongPlayed::region, BY_BYTES));
      for (SongPlayed play : inOrder) {
        int count = ofListener.merge(play.userId() + "\n" + play.songId(), 1, Integer::sum);
        if (cap == 0 || count <= cap) {
          counted.add(play);
        }
      }
    }
    return counted;
  }

  private static Map<String, Map<String, Long>> count(List<SongPlayed> plays) {
    Map<String, Map<String, Long>> counts = new HashMap<>();
    for (SongPlayed play : plays) {
      for (String region : List.of("GLOBAL", play.region())) {
        counts.computeIfAbsent(region, any -> new HashMap<>()).merge(play.songId(), 1L, Long::sum);
      }
    }
    return counts;
  }

  private Map<String, Map<String, Double>> weights(
      long end, TreeMap<Long, List<SongPlayed>> panes) {
    Map<String, Map<String, Double>> weights = new HashMap<>();
    Set<Long> aligned = new TreeSet<>();
    panes.headMap(end).keySet().forEach(pane -> aligned.add(Math.floorDiv(pane, window) * window));
    ToLongFunction<SongPlayed> middle = play -> Math.floorDiv(play.at(), slide) * slide + slide / 2;
    for (long start : aligned) {
      for (SongPlayed play : capped(start + window, panes)) {
        long at = middle.applyAsLong(play);
        boolean weighs = Math.floorDiv(at, halfLife) >= Math.floorDiv(end, halfLife) - HALF_LIVES;
        if (at < end && weighs) {
          double weight = Math.pow(2, (at - end) / (double) halfLife);
          for (String region : List.of("GLOBAL", play.region())) {
            weights
                .computeIfAbsent(region, any -> new HashMap<>())
                .merge(play.songId(), weight, Double::sum);
          }
        }
      }
    }
    return weights;
  }

  /** Published rows in the form in which they are compared, sorted. */
  static List<String> published(List<JsonNode> rows) {
    List<String> published = new ArrayList<>();
    for (JsonNode row : rows) {
      StringBuilder line =
          new StringBuilder(row.get("chart").textValue() + "@" + row.get("region").textValue())
              .append(" " + row.get("windowStart").longValue())
              .append(" " + row.get("windowEnd").longValue())
              .append(" " + row.get("revision").longValue());
      for (JsonNode entry : row.get("entries")) {
        line.append(
            entry(
                entry.get("rank").intValue(),
                entry.get("songId").textValue(),
                entry.get("title").textValue(),
                entry.get("plays").longValue(),
                entry.get("score").doubleValue(),
                entry.get("baseline").doubleValue(),
                entry.get("previousRank").asInt(0),
                entry.get("change").textValue(),
                entry.get("distinctListeners").longValue()));
      }
      published.add(line.toString());
    }
    published.sort(null);
    return published;
  }

  private static String entry(
      int rank,
      String song,
      @Nullable String title,
      long plays,
      double score,
      double baseline,
      int previousRank,
      String change,
      long listeners) {
    return String.format(
        Locale.ROOT,
        " | %d %s (%s) %d %.7g %.7g %d %s %d",
        rank,
        song,
        title,
        plays,
        score,
        baseline,
        previousRank,
        change,
        listeners);
  }
}
