package io.millrace.local.bench;

import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.feed.WebRequestsFeed;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.web.RequestServed;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The web requests that a benchmark reads: windows of heavy hitters that are full to the edge, all
 * with equally many requests. Keeps of each request when it was and its path.
 *
 * <p><b>Space</b>: 8 bytes a request.
 */
final class RequestLoad {
  /** Windows that the requests fill. */
  static final int WINDOWS = 5;

  /** Length of a window of heavy hitters: the job's default. */
  static final long WINDOW_MILLIS = 300_000;

  /** Start of the first window. */
  static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

  private static final int MAX_DELAY_MILLIS = 2_000;
  private static final int REQUESTS_A_POISON = 99;

  private final int[] times;
  private final int[] ranks;
  private int records;
  private long bytes;
  private long checksum;
  private long pathChecksum;
  private int poison;

  /** An empty load with room for so many requests. */
  RequestLoad(int capacity) {
    times = new int[capacity];
    ranks = new int[capacity];
  }

  /**
   * Makes requests and writes them into their topic; stops early where {@code stop} says so.
   *
   * @param poisoned whether to write them into a second topic as well, where one record of a
   *     hundred is the first half of one
   */
  static RequestLoad fill(
      TopicFeeder feeder, int records, long seed, boolean poisoned, BooleanSupplier stop)
      throws IOException {
    RequestLoad load = new RequestLoad(records);
    WebRequestsFeed feed = new WebRequestsFeed(seed);
    SplittableRandom delays = new SplittableRandom(seed);
    LoadPaths paths = new LoadPaths(delays.split());
    JsonCodec<RequestServed> codec = Topics.WEB_REQUESTS.codec();
    while (load.records < records && !stop.getAsBoolean()) {
      long now = START + load.records * (WINDOWS * WINDOW_MILLIS) / records;
      long windowStart = now - Math.floorMod(now, WINDOW_MILLIS);
      int rank = paths.draw();
      RequestServed request =
          request(
              Math.max(windowStart, now - delays.nextInt(MAX_DELAY_MILLIS)),
              LoadPaths.of(rank),
              feed.request(now));
      byte[] json = codec.encode(request);
      // Without a key: a partition that is longer than the others would be timed on its own.
      feeder.send(Topics.WEB_REQUESTS.name(), null, json);
      load.add(request, rank, json.length);
      if (poisoned) {
        String topic = RequestVariant.POISONED_PREFIX + Topics.WEB_REQUESTS.name();
        feeder.send(topic, null, json);
        if (load.records % REQUESTS_A_POISON == 0) {
          feeder.send(topic, null, Arrays.copyOf(json, json.length / 2));
          load.addPoison();
        }
      }
    }
    feeder.flush();
    return load;
  }

  /** How many there are. */
  int records() {
    return records;
  }

  /** How many records that are none are among those of the second topic. */
  int poison() {
    return poison;
  }

  /** How many bytes their values have. */
  long bytes() {
    return bytes;
  }

  /** The sum of their numbers and of the lengths of their texts, absent ones left out. */
  long checksum() {
    return checksum;
  }

  /** The sum of their event times and of the lengths of their paths. */
  long pathChecksum() {
    return pathChecksum;
  }

  /** Milliseconds from {@link #START} to a request. */
  int time(int index) {
    return times[index];
  }

  /** The rank of a request's path. */
  int rank(int index) {
    return ranks[index];
  }

  /** How many paths occur. */
  int distinct() {
    return distinctFrom(0, records);
  }

  /** How many paths occur in each window, on average. */
  int distinctInWindow() {
    int sum = 0;
    for (int window = 0; window < WINDOWS; window++) {
      sum +=
          distinctFrom(
              (int) ((long) records * window / WINDOWS),
              (int) ((long) records * (window + 1) / WINDOWS));
    }
    return sum / WINDOWS;
  }

  void addPoison() {
    poison++;
  }

  void add(RequestServed request, int rank, int length) {
    times[records] = Math.toIntExact(request.at() - START);
    ranks[records] = rank;
    records++;
    bytes += length;
    checksum += request.at();
    pathChecksum += request.at() + request.path().length();
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
  }

  /**
   * Writes event times and paths for jobs that are measured without parsing: the number of paths,
   * the paths, the number of rows, and of each row its time and which of the paths it has.
   */
  void writeRows(Path file) throws IOException {
    BitSet occurring = occurring(0, records);
    int[] position = new int[LoadPaths.COUNT];
    try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(occurring.cardinality());
      int written = 0;
      for (int rank = occurring.nextSetBit(0); rank >= 0; rank = occurring.nextSetBit(rank + 1)) {
        out.writeUTF(LoadPaths.of(rank));
        position[rank] = written++;
      }
      out.writeInt(records);
      for (int i = 0; i < records; i++) {
        out.writeLong(START + times[i]);
        out.writeInt(position[ranks[i]]);
      }
    }
  }

  private int distinctFrom(int first, int end) {
    return occurring(first, end).cardinality();
  }

  private BitSet occurring(int first, int end) {
    BitSet occurring = new BitSet(LoadPaths.COUNT);
    for (int i = first; i < end; i++) {
      occurring.set(ranks[i]);
    }
    return occurring;
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  /** A request like another one, for a path of ours. About 200 bytes without the user agent. */
  private static RequestServed request(long at, String path, RequestServed like) {
    String url = like.url() == null ? like.path() : like.url();
    return new RequestServed(
        at,
        like.client(),
        path,
        like.method(),
        path + url.substring(like.path().length()),
        like.status(),
        like.bytes(),
        like.referrer(),
        null);
  }
}
