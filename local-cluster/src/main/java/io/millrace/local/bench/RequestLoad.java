package io.millrace.local.bench;

import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.feed.WebRequestsFeed;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.ranking.RankedItem;
import io.millrace.schema.ranking.RankingPublished;
import io.millrace.schema.web.RequestServed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The web requests that a benchmark reads, and what must become of them: recounted while they are
 * made, by nothing that the jobs are made of.
 */
final class RequestLoad {
  /** Requests of one second in event time. */
  static final int PER_SECOND = 5_000;

  /** Length of a window of heavy hitters, and most items of a ranking: the job's defaults. */
  static final long WINDOW_MILLIS = 300_000;

  private static final int K = 100;
  private static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

  private final Map<Long, Map<String, Long>> paths = new TreeMap<>();
  private long records;
  private long bytes;
  private long checksum;

  /** Makes requests and writes them into their topic; stops early where {@code stop} says so. */
  static RequestLoad fill(TopicFeeder feeder, long records, long seed, BooleanSupplier stop)
      throws IOException {
    RequestLoad load = new RequestLoad();
    WebRequestsFeed feed = new WebRequestsFeed(seed);
    JsonCodec<RequestServed> codec = Topics.WEB_REQUESTS.codec();
    while (load.records < records && !stop.getAsBoolean()) {
      RequestServed request =
          withoutUserAgent(feed.request(START + load.records * 1_000 / PER_SECOND));
      byte[] json = codec.encode(request);
      // Without a key: a partition that is longer than the others would be timed on its own.
      feeder.send(Topics.WEB_REQUESTS.name(), null, json);
      load.add(request, json.length);
    }
    feeder.flush();
    return load;
  }

  /** How many there are. */
  long records() {
    return records;
  }

  /** How many bytes their values have. */
  long bytes() {
    return bytes;
  }

  /** The sum of their numbers and of the lengths of their texts, absent ones left out. */
  long checksum() {
    return checksum;
  }

  /** What heavy hitters must publish. */
  Set<RankingPublished> rankings() {
    Set<RankingPublished> rankings = new HashSet<>();
    paths.forEach((windowEnd, counts) -> rankings.add(ranking(windowEnd, counts)));
    return rankings;
  }

  void add(RequestServed request, int length) {
    records++;
    bytes += length;
    checksum += request.at();
    checksum += request.status() == null ? 0 : request.status();
    checksum += request.bytes() == null ? 0 : request.bytes();
    for (String text :
        Arrays.asList(
            request.client(),
            request.path(),
            request.method(),
            request.url(),
            request.referrer(),
            request.userAgent())) {
      checksum += length(text);
    }
    long windowEnd = (Math.floorDiv(request.at(), WINDOW_MILLIS) + 1) * WINDOW_MILLIS;
    paths.computeIfAbsent(windowEnd, end -> new HashMap<>()).merge(request.path(), 1L, Long::sum);
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  /** About 200 bytes are left. */
  private static RequestServed withoutUserAgent(RequestServed request) {
    return new RequestServed(
        request.at(),
        request.client(),
        request.path(),
        request.method(),
        request.url(),
        request.status(),
        request.bytes(),
        request.referrer(),
        null);
  }

  private static RankingPublished ranking(long windowEnd, Map<String, Long> counts) {
    List<Map.Entry<String, Long>> heaviest = new ArrayList<>(counts.entrySet());
    heaviest.sort(
        Map.Entry.<String, Long>comparingByValue()
            .reversed()
            .thenComparing(
                entry -> entry.getKey().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
    List<RankedItem> items = new ArrayList<>();
    for (Map.Entry<String, Long> entry : heaviest.subList(0, Math.min(K, heaviest.size()))) {
      long count = entry.getValue();
      items.add(new RankedItem(items.size() + 1, entry.getKey(), count, count, count));
    }
    long total = counts.values().stream().mapToLong(Long::longValue).sum();
    return new RankingPublished(
        "path", windowEnd - WINDOW_MILLIS, windowEnd, total, K, "exact", 0, items);
  }
}
