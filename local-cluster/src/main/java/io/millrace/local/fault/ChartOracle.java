package io.millrace.local.fault;

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
 * Recounts trending songs the slow way: window by window from all plays. It shares no code with the
 * operators, and reads their rows as plain JSON.
 *
 * @param window length of a window, in milliseconds
 * @param slide distance between two, which divides it
 * @param k the most entries of a chart
 * @param halfLife of the weight of a play, in milliseconds
 * @param cap how many plays of a listener of a song count in a window; 0 for all
 * @param minSupport how many plays a song needs for novelty
 * @param charts which charts
 */
public record ChartOracle(
    long window, long slide, int k, long halfLife, int cap, int minSupport, List<String> charts) {
  private static final int HALF_LIVES = 24;
  private static final int WINDOWS_BEFORE = 24;

  /** Stands for a number of listeners that is an estimate. */
  private static final long MANY = -1;

  private static final int LISTENERS_EXACT = 1_000;
  private static final Comparator<String> BY_BYTES =
      (one, other) ->
          Arrays.compareUnsigned(
              one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));

  private record Scored(String song, double score) {}

  /**
   * All plays.
   *
   * @param plays by the start of their pane
   * @param capped those that count in a window, by its end, as far as anything has asked
   */
  private record Panes(TreeMap<Long, List<SongPlayed>> plays, Map<Long, List<SongPlayed>> capped) {}

  /** Every row that must be published when all windows have closed, sorted. */
  public List<String> rows(List<SongPlayed> all, List<SongCatalogued> names) {
    Map<String, SongPlayed> once = new LinkedHashMap<>();
    Map<String, SongPlayed> titled = new HashMap<>();
    for (SongPlayed play : all) {
      if (play.title() != null) {
        titled.merge(play.songId(), play, (one, other) -> one.at() <= other.at() ? one : other);
      }
      if (play.durationPlayedMillis() >= 30_000) {
        once.putIfAbsent(play.playId(), play);
      }
    }
    Panes panes = new Panes(new TreeMap<>(), new HashMap<>());
    Set<Long> ends = new TreeSet<>();
    for (SongPlayed play : once.values()) {
      long pane = Math.floorDiv(play.at(), slide) * slide;
      panes.plays().computeIfAbsent(pane, any -> new ArrayList<>()).add(play);
      for (long end = pane + slide; end <= pane + window; end += slide) {
        ends.add(end);
      }
    }
    List<String> rows = new ArrayList<>();
    Map<String, List<String>> before = new HashMap<>();
    for (long end : ends) {
      rows.addAll(rows(end, panes, names, titled, before));
    }
    rows.sort(null);
    return rows;
  }

  /**
   * What was counted for a window, each by region and song.
   *
   * @param regions where anything was played, and {@link SongPlayed#GLOBAL}
   * @param before plays in the windows before
   */
  private record Window(
      long end,
      Set<String> regions,
      Map<String, Map<String, Long>> plays,
      Map<String, Map<String, Long>> before,
      Map<String, Map<String, Double>> weights,
      Map<String, Map<String, Set<String>>> listeners) {}

  private List<String> rows(
      long end,
      Panes panes,
      List<SongCatalogued> names,
      Map<String, SongPlayed> titled,
      Map<String, List<String>> previous) {
    Window of = window(end, panes);
    List<String> rows = new ArrayList<>();
    for (String region : of.regions()) {
      for (String chart : charts) {
        List<Scored> first = first(of, chart, region);
        String key = chart + "@" + region;
        List<String> ranksBefore = previous.getOrDefault(key, List.of());
        StringBuilder row = new StringBuilder(key + " " + (end - window) + " " + end + " 0");
        for (Scored each : first) {
          row.append(
              entry(
                  of,
                  region,
                  each,
                  first.indexOf(each) + 1,
                  ranksBefore.indexOf(each.song()) + 1,
                  title(each.song(), end, names, titled)));
        }
        previous.put(key, first.stream().map(Scored::song).toList());
        rows.add(row.toString());
      }
    }
    return rows;
  }

  private Window window(long end, Panes panes) {
    Set<String> regions = new TreeSet<>(Set.of(SongPlayed.GLOBAL));
    Map<String, Map<String, Set<String>>> listeners = new HashMap<>();
    for (List<SongPlayed> pane : panes.plays().subMap(end - window, end).values()) {
      for (SongPlayed play : pane) {
        regions.add(play.region());
        for (String region : List.of(SongPlayed.GLOBAL, play.region())) {
          listeners
              .computeIfAbsent(region, any -> new HashMap<>())
              .computeIfAbsent(play.songId(), any -> new HashSet<>())
              .add(play.userId());
        }
      }
    }
    List<SongPlayed> before = new ArrayList<>();
    for (int i = 1; i <= WINDOWS_BEFORE; i++) {
      before.addAll(capped(end - i * window, panes));
    }
    return new Window(
        end, regions, count(capped(end, panes)), count(before), weights(end, panes), listeners);
  }

  private List<Scored> first(Window of, String chart, String region) {
    Map<String, Long> plays = of.plays().getOrDefault(region, Map.of());
    Map<String, Double> weight = of.weights().getOrDefault(region, Map.of());
    List<Scored> songs = new ArrayList<>();
    Set<String> candidates = new HashSet<>(plays.keySet());
    candidates.addAll(weight.keySet());
    for (String song : candidates) {
      long count = plays.getOrDefault(song, 0L);
      double usual = baseline(of, region, song);
      if (chart.equals("windowed") && count > 0) {
        songs.add(new Scored(song, count));
      } else if (chart.equals("decayed") && weight.containsKey(song)) {
        songs.add(new Scored(song, weight.getOrDefault(song, 0.0)));
      } else if (chart.equals("novelty") && count >= minSupport) {
        songs.add(new Scored(song, (count - usual) / Math.sqrt(usual + 1)));
      }
    }
    songs.sort(
        Comparator.comparingDouble((Scored song) -> rankedBy(chart, song.score()))
            .reversed()
            .thenComparing(Scored::song, BY_BYTES));
    return songs.subList(0, Math.min(k, songs.size()));
  }

  private static double baseline(Window of, String region, String song) {
    return of.before().getOrDefault(region, Map.of()).getOrDefault(song, 0L)
        / (double) WINDOWS_BEFORE;
  }

  private static String entry(
      Window of, String region, Scored song, int rank, int previous, @Nullable String title) {
    int listeners =
        of.listeners().getOrDefault(region, Map.of()).getOrDefault(song.song(), Set.of()).size();
    return entry(
        rank,
        song.song(),
        title,
        of.plays().getOrDefault(region, Map.of()).getOrDefault(song.song(), 0L),
        song.score(),
        baseline(of, region, song.song()),
        previous,
        previous == 0 ? "new" : previous == rank ? "same" : previous > rank ? "up" : "down",
        listeners <= LISTENERS_EXACT ? listeners : MANY);
  }

  /** Weights that are equal may differ in the last bits here, where they are no integers. */
  private static double rankedBy(String chart, double score) {
    return chart.equals("decayed") ? Math.rint(score * 1e10) : score;
  }

  /** What the catalogue says, or else plays, each of whose songs has one title. */
  private static @Nullable String title(
      String song, long end, List<SongCatalogued> names, Map<String, SongPlayed> titled) {
    SongCatalogued latest = null;
    for (SongCatalogued name : names) {
      if (name.songId().equals(song)
          && name.at() < end
          && (latest == null || name.at() > latest.at())) {
        latest = name;
      }
    }
    if (latest != null) {
      return latest.title();
    }
    SongPlayed play = titled.get(song);
    return play != null && play.at() < end ? play.title() : null;
  }

  /** The plays that count in the window with that end. */
  private List<SongPlayed> capped(long end, Panes panes) {
    return panes.capped().computeIfAbsent(end, any -> capped(end, panes.plays()));
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
      for (String region : List.of(SongPlayed.GLOBAL, play.region())) {
        counts.computeIfAbsent(region, any -> new HashMap<>()).merge(play.songId(), 1L, Long::sum);
      }
    }
    return counts;
  }

  private Map<String, Map<String, Double>> weights(long end, Panes panes) {
    Map<String, Map<String, Double>> weights = new HashMap<>();
    Set<Long> aligned = new TreeSet<>();
    long oldestHalfLife = Math.floorDiv(end, halfLife) - HALF_LIVES;
    long from = Math.floorDiv(oldestHalfLife * halfLife, window) * window;
    for (long pane : panes.plays().subMap(from, end).keySet()) {
      aligned.add(Math.floorDiv(pane, window) * window);
    }
    ToLongFunction<SongPlayed> middle = play -> Math.floorDiv(play.at(), slide) * slide + slide / 2;
    for (long start : aligned) {
      for (SongPlayed play : capped(start + window, panes)) {
        long at = middle.applyAsLong(play);
        boolean weighs = Math.floorDiv(at, halfLife) >= oldestHalfLife;
        if (at < end && weighs) {
          double weight = Math.pow(2, (at - end) / (double) halfLife);
          for (String region : List.of(SongPlayed.GLOBAL, play.region())) {
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
  public static List<String> published(List<JsonNode> rows) {
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
                entry.get("approximate").booleanValue()
                    ? MANY
                    : entry.get("distinctListeners").longValue()));
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
