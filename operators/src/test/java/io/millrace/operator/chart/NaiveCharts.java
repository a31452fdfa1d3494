package io.millrace.operator.chart;

import io.millrace.operator.topk.Visit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Charts counted window by window from all plays, as simply as they are defined. */
final class NaiveCharts {
  private static final Comparator<String> UTF8 =
      (one, other) ->
          java.util.Arrays.compareUnsigned(
              one.getBytes(java.nio.charset.StandardCharsets.UTF_8),
              other.getBytes(java.nio.charset.StandardCharsets.UTF_8));

  private final ChartSpec spec;
  private final long slide;
  private final long size;
  private final List<Play> plays = new ArrayList<>();
  private final List<SongName> names;

  /**
   * A play.
   *
   * @param arrived the watermark that had come before it
   */
  record Play(String song, String listener, String region, long at, long arrived) {
    static Play of(Visit visit, long arrived) {
      return new Play(
          Objects.requireNonNull(visit.page()),
          Objects.requireNonNull(visit.client()),
          NaiveCharts.region(visit),
          visit.at(),
          arrived);
    }
  }

  /** An entry without its rank. */
  private record Line(String song, long plays, double score, double baseline, long listeners) {}

  NaiveCharts(ChartSpec spec, List<SongName> names) {
    this.spec = spec;
    this.slide = spec.windows().slideMillis();
    this.size = spec.windows().sizeMillis();
    this.names = names;
  }

  static String region(Visit visit) {
    return "r" + visit.bytes();
  }

  /** Adds a play, unless all its windows have closed. */
  void add(Visit visit, long watermark) {
    Play play = Play.of(visit, watermark);
    long lastEnd = pane(play.at()) + size;
    if (lastEnd - 1 + spec.windows().allowedLatenessMillis() > watermark) {
      plays.add(play);
    }
  }

  private long pane(long at) {
    return Math.floorDiv(at, slide) * slide;
  }

  /** The last revision of every chart, sorted, without revisions and what was before. */
  List<String> lines() {
    Set<Long> ends = new TreeSet<>();
    for (Play play : plays) {
      for (long end = pane(play.at()) + slide; end <= pane(play.at()) + size; end += slide) {
        ends.add(end);
      }
    }
    List<String> lines = new ArrayList<>();
    Map<String, Map<String, Integer>> before = new HashMap<>();
    for (long end : ends) {
      List<Play> known =
          plays.stream()
              .filter(play -> play.arrived() < end - 1 + spec.windows().allowedLatenessMillis())
              .toList();
      Set<String> regions = new TreeSet<>();
      known.stream().filter(play -> isIn(play, end)).forEach(play -> regions.add(play.region()));
      if (regions.isEmpty()) {
        continue;
      }
      regions.add(TrendingCharts.GLOBAL);
      for (String region : regions) {
        for (ChartKind kind : spec.kinds()) {
          List<Line> chart = chart(kind, region, end, known);
          String key = kind.code() + "@" + region;
          Map<String, Integer> ranksBefore = before.getOrDefault(key, Map.of());
          Map<String, Integer> ranks = new HashMap<>();
          StringBuilder line = new StringBuilder("R|" + key + "|" + (end - size) + "|" + end);
          for (Line each : chart) {
            SongName name = name(each.song(), end);
            line.append('|')
                .append(
                    entry(
                        each.song(),
                        name == null ? null : name.title(),
                        each.plays(),
                        each.score(),
                        each.baseline(),
                        ranksBefore.getOrDefault(each.song(), 0),
                        each.listeners()));
            ranks.put(each.song(), ranks.size() + 1);
          }
          before.put(key, ranks);
          lines.add(line.toString());
        }
      }
    }
    lines.sort(null);
    return lines;
  }

  static String entry(
      String song,
      @org.jspecify.annotations.Nullable String title,
      long plays,
      double score,
      double baseline,
      int previousRank,
      long listeners) {
    return String.format(
        Locale.ROOT,
        "%s %s %d %.7g %.7g %d %d",
        song,
        title,
        plays,
        score,
        baseline,
        previousRank,
        listeners);
  }

  private boolean isIn(Play play, long end) {
    return play.at() >= end - size && play.at() < end;
  }

  private List<Line> chart(ChartKind kind, String region, long end, List<Play> known) {
    Map<String, Long> inWindow = counted(end, region, known);
    Map<String, Double> base = new HashMap<>();
    for (int i = 1; i <= 24; i++) {
      counted(end - i * size, region, known)
          .forEach((song, count) -> base.merge(song, (double) count, Double::sum));
    }
    Map<String, Double> weights = weights(end, region, known);
    Map<String, Set<String>> listeners = new HashMap<>();
    for (Play play : known) {
      if (isIn(play, end) && isOf(play, region)) {
        listeners.computeIfAbsent(play.song(), any -> new HashSet<>()).add(play.listener());
      }
    }
    List<Line> lines = new ArrayList<>();
    Set<String> songs = new TreeSet<>(UTF8);
    songs.addAll(inWindow.keySet());
    songs.addAll(weights.keySet());
    for (String song : songs) {
      long count = inWindow.getOrDefault(song, 0L);
      double mean = base.getOrDefault(song, 0.0) / 24;
      double score =
          switch (kind) {
            case WINDOWED -> count;
            case DECAYED -> weights.getOrDefault(song, 0.0);
            case NOVELTY -> (count - mean) / Math.sqrt(mean + 1);
          };
      boolean isRanked =
          switch (kind) {
            case WINDOWED -> count > 0;
            case DECAYED -> score > 0;
            case NOVELTY -> count >= spec.minSupport();
          };
      if (isRanked) {
        lines.add(
            new Line(song, count, score, mean, listeners.getOrDefault(song, Set.of()).size()));
      }
    }
    // Weights that are equal may differ in the last bits here, where they are no integers.
    double unit = kind == ChartKind.DECAYED ? 1e-10 : 0;
    lines.sort(
        Comparator.comparingDouble(
                (Line line) -> unit == 0 ? line.score() : Math.rint(line.score() / unit))
            .reversed()
            .thenComparing(Line::song, UTF8));
    return lines.subList(0, Math.min(spec.k(), lines.size()));
  }

  private static boolean isOf(Play play, String region) {
    return region.equals(TrendingCharts.GLOBAL) || region.equals(play.region());
  }

  /** The plays that count in the window that ends at a time. */
  private List<Play> within(long end, List<Play> known) {
    List<Play> inWindow = new ArrayList<>();
    for (Play play : known) {
      if (isIn(play, end)) {
        inWindow.add(play);
      }
    }
    if (spec.listenerCap() == 0) {
      return inWindow;
    }
    inWindow.sort(
        Comparator.comparingLong((Play play) -> pane(play.at())).thenComparing(Play::region, UTF8));
    Map<String, Integer> counts = new HashMap<>();
    List<Play> counted = new ArrayList<>();
    for (Play play : inWindow) {
      if (counts.merge(play.listener() + "\n" + play.song(), 1, Integer::sum)
          <= spec.listenerCap()) {
        counted.add(play);
      }
    }
    return counted;
  }

  private Map<String, Long> counted(long end, String region, List<Play> known) {
    Map<String, Long> counts = new TreeMap<>();
    for (Play play : within(end, known)) {
      if (isOf(play, region)) {
        counts.merge(play.song(), 1L, Long::sum);
      }
    }
    return counts;
  }

  private Map<String, Double> weights(long end, String region, List<Play> known) {
    Set<Long> aligned = new TreeSet<>();
    known.forEach(play -> aligned.add(Math.floorDiv(play.at(), size) * size + size));
    Map<String, Double> weights = new TreeMap<>();
    long halfLife = spec.halfLifeMillis();
    for (long each : aligned) {
      for (Play play : within(each, known)) {
        long middle = pane(play.at()) + slide / 2;
        boolean isOld =
            Math.floorDiv(middle, halfLife) < Math.floorDiv(end, halfLife) - ChartSpec.HALF_LIVES;
        if (pane(play.at()) < end && !isOld && isOf(play, region)) {
          double age = (end - middle) / (double) halfLife;
          weights.merge(play.song(), Math.pow(2, -age), Double::sum);
        }
      }
    }
    return weights;
  }

  private @org.jspecify.annotations.Nullable SongName name(String song, long end) {
    SongName latest = null;
    for (SongName name : names) {
      if (name.songId().equals(song)
          && name.at() < end
          && (latest == null || name.at() >= latest.at())) {
        latest = name;
      }
    }
    return latest;
  }
}
