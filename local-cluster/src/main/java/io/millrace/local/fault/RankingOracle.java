package io.millrace.local.fault;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/**
 * Recounts heavy hitters the slow way: for every window, one pass over its requests. It shares no
 * code with the operators, and reads their rows as plain JSON. Not safe for use by several threads.
 *
 * <p><b>Space</b>: the distinct items of all windows.
 */
public final class RankingOracle {
  private final long windowMillis;
  private final long slideMillis;
  private final int k;
  private final Map<String, TreeMap<Long, Map<String, Count>>> counts = new TreeMap<>();
  private final Map<String, String> items = new HashMap<>();

  /** An item is listed for as long as it occurs, whatever it weighs. */
  private record Count(long occurrences, long weight) {
    static final Count NONE = new Count(0, 0);

    Count plus(int more, long weightMore) {
      return new Count(occurrences + more, weight + weightMore);
    }
  }

  /** Recounts windows of that length and slide, in milliseconds, of which at most k items rank. */
  public RankingOracle(long windowMillis, long slideMillis, int k) {
    this.windowMillis = windowMillis;
    this.slideMillis = slideMillis;
    this.k = k;
  }

  /** Counts one item in every window that holds {@code at}. */
  public void add(String dimension, long at, String item, long weight) {
    count(dimension, at, item, 1, weight);
  }

  /** Takes back what {@link #add} counted. */
  public void takeBack(String dimension, long at, String item, long weight) {
    count(dimension, at, item, -1, -weight);
  }

  private void count(String dimension, long at, String item, int occurrences, long weight) {
    String shared = items.computeIfAbsent(item, same -> same);
    TreeMap<Long, Map<String, Count>> windows =
        counts.computeIfAbsent(dimension, unused -> new TreeMap<>());
    long firstStart = Math.floorDiv(at - windowMillis, slideMillis) * slideMillis + slideMillis;
    for (long start = firstStart; start <= at; start += slideMillis) {
      Map<String, Count> window = windows.computeIfAbsent(start, unused -> new HashMap<>());
      Count count = window.getOrDefault(shared, Count.NONE).plus(occurrences, weight);
      if (count.occurrences() == 0) {
        window.remove(shared);
      } else {
        window.put(shared, count);
      }
    }
  }

  /** A row for each window that must be published, sorted. */
  public List<PublishedRow> expected() {
    return rows(windowEnd -> true);
  }

  /**
   * A row for each window that must be published once the watermark is at {@code watermark},
   * sorted.
   */
  public List<PublishedRow> expected(long watermark) {
    return rows(windowEnd -> windowEnd - 1 <= watermark);
  }

  /** A row for each window that ends after {@code time}, sorted. */
  public List<PublishedRow> expectedAfter(long time) {
    return rows(windowEnd -> windowEnd > time);
  }

  private List<PublishedRow> rows(LongPredicate ofWindowEnd) {
    List<PublishedRow> rows = new ArrayList<>();
    counts.forEach(
        (dimension, windows) ->
            windows.forEach(
                (start, window) -> {
                  if (!window.isEmpty() && ofWindowEnd.test(start + windowMillis)) {
                    rows.add(row(dimension, start, window));
                  }
                }));
    return sorted(rows);
  }

  /** Published rankings in the form in which they are compared, sorted. */
  public static List<PublishedRow> published(List<JsonNode> rankings) {
    return sorted(rankings.stream().map(RankingOracle::published).toList());
  }

  /** A published ranking in the form in which it is compared. */
  public static PublishedRow published(JsonNode ranking) {
    StringBuilder content = new StringBuilder();
    content.append("total=").append(ranking.path("total").longValue());
    for (JsonNode item : ranking.path("items")) {
      content.append(" | ").append(item.path("rank").intValue());
      content.append(' ').append(item.path("item").textValue());
      content.append(' ').append(item.path("lowerBound").longValue());
      content.append(' ').append(item.path("count").longValue());
      content.append(' ').append(item.path("upperBound").longValue());
    }
    return new PublishedRow(
        identity(
            ranking.path("dimension").textValue(),
            ranking.path("windowStart").longValue(),
            ranking.path("windowEnd").longValue()),
        content.toString());
  }

  /**
   * A published ranking in the form in which it is compared; one that is right within its bounds
   * becomes what an exact one would be.
   */
  PublishedRow judged(JsonNode ranking) {
    PublishedRow asPublished = published(ranking);
    if (ranking.path("maxError").longValue() == 0) {
      return asPublished;
    }
    String dimension = ranking.path("dimension").textValue();
    long start = ranking.path("windowStart").longValue();
    Map<String, Count> window =
        counts.getOrDefault(dimension, new TreeMap<>()).getOrDefault(start, Map.of());
    return isWithinBounds(ranking, window) ? row(dimension, start, window) : asPublished;
  }

  private boolean isWithinBounds(JsonNode ranking, Map<String, Count> window) {
    long total = window.values().stream().mapToLong(Count::weight).sum();
    long maxError = ranking.path("maxError").longValue();
    boolean holds =
        ranking.path("total").longValue() == total
            && maxError <= total / k
            && ranking.path("items").size() <= k;
    Set<String> ranked = new HashSet<>();
    long least = Long.MAX_VALUE;
    for (JsonNode item : ranking.path("items")) {
      String name = item.path("item").textValue();
      long count = item.path("count").longValue();
      long lower = item.path("lowerBound").longValue();
      long upper = item.path("upperBound").longValue();
      Count truth = window.get(name);
      holds &=
          truth != null
              && ranked.add(name)
              && item.path("rank").intValue() == ranked.size()
              && lower <= truth.weight()
              && truth.weight() <= upper
              && lower <= count
              && count <= upper
              && upper - lower <= maxError
              && count <= least;
      least = count;
    }
    // One that is missing has at most the least count, so it weighs that and the error at most.
    long othersAtMost = (ranked.size() < k ? 0 : least) + maxError;
    for (Map.Entry<String, Count> each : window.entrySet()) {
      holds &= ranked.contains(each.getKey()) || each.getValue().weight() <= othersAtMost;
    }
    return holds;
  }

  private static String identity(String dimension, long start, long end) {
    return dimension + " " + start + " to " + end;
  }

  private static List<PublishedRow> sorted(List<PublishedRow> rows) {
    return rows.stream().sorted(Comparator.comparing(PublishedRow::identity)).toList();
  }

  private PublishedRow row(String dimension, long start, Map<String, Count> window) {
    List<Map.Entry<String, Count>> sorted = new ArrayList<>(window.entrySet());
    sorted.sort(
        (left, right) ->
            left.getValue().weight() == right.getValue().weight()
                ? Arrays.compareUnsigned(
                    left.getKey().getBytes(StandardCharsets.UTF_8),
                    right.getKey().getBytes(StandardCharsets.UTF_8))
                : Long.compare(right.getValue().weight(), left.getValue().weight()));
    long total = 0;
    for (Count count : window.values()) {
      total += count.weight();
    }
    StringBuilder content = new StringBuilder("total=").append(total);
    for (int rank = 1; rank <= Math.min(k, sorted.size()); rank++) {
      long count = sorted.get(rank - 1).getValue().weight();
      content.append(" | ").append(rank).append(' ').append(sorted.get(rank - 1).getKey());
      content.append(' ').append(count).append(' ').append(count).append(' ').append(count);
    }
    return new PublishedRow(identity(dimension, start, start + windowMillis), content.toString());
  }
}
