package io.millrace.operator.topk;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What heavy hitters must publish, counted again the plain way: every record into a map of each of
 * its windows. For one reader, whose watermarks are known before each record.
 */
final class NaiveRankings {
  private final long size;
  private final long slide;
  private final long lateness;
  private final Map<String, Map<String, Long>> windows = new HashMap<>();
  private final List<String> lines = new ArrayList<>();

  NaiveRankings(long size, long slide, long lateness) {
    this.size = size;
    this.slide = slide;
    this.lateness = lateness;
  }

  /** The starts of all windows with that time. */
  List<Long> windowsWith(long at) {
    List<Long> starts = new ArrayList<>();
    for (long start = Math.floorDiv(at, slide) * slide; start > at - size; start -= slide) {
      starts.add(start);
    }
    return starts;
  }

  /** Counts a record that came when the watermark was there, or notes that it is late. */
  void add(Visit visit, long watermark, Map<String, Function<Visit, String>> dimensions) {
    boolean late = true;
    for (long start : windowsWith(visit.at())) {
      if (start + size + lateness - 1 > watermark) {
        late = false;
        dimensions.forEach(
            (name, item) -> {
              String value = item.apply(visit);
              if (value != null) {
                windows
                    .computeIfAbsent(name + "|" + start, any -> new HashMap<>())
                    .merge(value, visit.bytes(), Long::sum);
              }
            });
      }
    }
    if (late) {
      lines.add("L|" + visit.id() + "|" + watermark);
    }
  }

  /** The weights of all items, by the dimension and the start of the window. */
  Map<String, Map<String, Long>> weights() {
    return windows;
  }

  /** Rankings and late records as lines, sorted. */
  List<String> lines(int k) {
    List<String> all = new ArrayList<>(lines);
    windows.forEach(
        (window, counts) -> {
          long start = Long.parseLong(window.substring(window.indexOf('|') + 1));
          long total = counts.values().stream().mapToLong(Long::longValue).sum();
          StringBuilder line = new StringBuilder("R|").append(window).append('|');
          line.append(start + size).append('|').append(total).append("|0");
          counts.entrySet().stream()
              .sorted(
                  (a, b) ->
                      a.getValue().equals(b.getValue())
                          ? Arrays.compareUnsigned(
                              a.getKey().getBytes(StandardCharsets.UTF_8),
                              b.getKey().getBytes(StandardCharsets.UTF_8))
                          : Long.compare(b.getValue(), a.getValue()))
              .limit(k)
              .forEach(e -> line.append('|').append(e.getKey()).append('=').append(e.getValue()));
          all.add(line.toString());
        });
    all.sort(null);
    return all;
  }
}
