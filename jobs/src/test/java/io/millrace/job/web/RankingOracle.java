package io.millrace.job.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Recounts heavy hitters the slow way: for every window, one pass over its requests. It shares no
 * code with the operators, and reads their rows as plain JSON.
 */
final class RankingOracle {
  private final long windowMillis;
  private final long slideMillis;
  private final int k;
  private final Map<String, Map<Long, Map<String, Long>>> counts = new HashMap<>();

  RankingOracle(long windowMillis, long slideMillis, int k) {
    this.windowMillis = windowMillis;
    this.slideMillis = slideMillis;
    this.k = k;
  }

  /** Counts one item in every window that holds {@code at}. */
  void add(String dimension, long at, String item, long weight) {
    long firstStart = Math.floorDiv(at - windowMillis, slideMillis) * slideMillis + slideMillis;
    for (long start = firstStart; start <= at; start += slideMillis) {
      counts
          .computeIfAbsent(dimension, unused -> new TreeMap<>())
          .computeIfAbsent(start, unused -> new HashMap<>())
          .merge(item, weight, Long::sum);
    }
  }

  /** One line of text for each row that must be published, sorted. */
  List<String> expected() {
    List<String> rows = new ArrayList<>();
    counts.forEach(
        (dimension, windows) ->
            windows.forEach((start, items) -> rows.add(row(dimension, start, items))));
    rows.sort(null);
    return rows;
  }

  /** The same lines from what was published. */
  static List<String> published(List<JsonNode> rankings) {
    List<String> rows = new ArrayList<>();
    for (JsonNode ranking : rankings) {
      StringBuilder row = new StringBuilder();
      row.append(ranking.get("dimension").textValue());
      row.append(' ').append(ranking.get("windowStart").longValue());
      row.append(' ').append(ranking.get("windowEnd").longValue());
      row.append(" total=").append(ranking.get("total").longValue());
      for (JsonNode item : ranking.get("items")) {
        row.append(" | ").append(item.get("rank").intValue());
        row.append(' ').append(item.get("item").textValue());
        row.append(' ').append(item.get("lowerBound").longValue());
        row.append(' ').append(item.get("count").longValue());
        row.append(' ').append(item.get("upperBound").longValue());
      }
      rows.add(row.toString());
    }
    rows.sort(null);
    return rows;
  }

  private String row(String dimension, long start, Map<String, Long> items) {
    List<Map.Entry<String, Long>> sorted = new ArrayList<>(items.entrySet());
    sorted.sort(
        (left, right) ->
            left.getValue().equals(right.getValue())
                ? Arrays.compareUnsigned(
                    left.getKey().getBytes(StandardCharsets.UTF_8),
                    right.getKey().getBytes(StandardCharsets.UTF_8))
                : Long.compare(right.getValue(), left.getValue()));
    long total = 0;
    for (long count : items.values()) {
      total += count;
    }
    StringBuilder row = new StringBuilder();
    row.append(dimension).append(' ').append(start).append(' ').append(start + windowMillis);
    row.append(" total=").append(total);
    for (int rank = 1; rank <= Math.min(k, sorted.size()); rank++) {
      String item = sorted.get(rank - 1).getKey();
      long count = sorted.get(rank - 1).getValue();
      row.append(" | ").append(rank).append(' ').append(item);
      row.append(' ').append(count).append(' ').append(count).append(' ').append(count);
    }
    return row.toString();
  }
}
