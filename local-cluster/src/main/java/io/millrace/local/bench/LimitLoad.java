package io.millrace.local.bench;

import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.feed.Zipf;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.ratelimit.LimitAlgorithm;
import io.millrace.schema.ratelimit.LimitRuled;
import io.millrace.schema.ratelimit.LimitedDimension;
import io.millrace.schema.ratelimit.RequestReceived;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * The requests that a benchmark reads, a hundred a millisecond, and their rules: a token bucket for
 * each application, and a limit on all together that is never reached. Keeps of each request whose
 * it was.
 *
 * <p><b>Space</b>: 4 bytes a request.
 */
final class LimitLoad {
  /** Applications to draw from. */
  static final int KEYS = 5_000_000;

  /** Of Zipf's law, which applications are drawn by. */
  static final double EXPONENT = 1.1;

  /** Requests of a millisecond. */
  static final int IN_A_MILLI = 100;

  /** When the first request was made. */
  static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

  /** Tokens that come back in a period. */
  static final long LIMIT = 6_000;

  /** Length of a period. */
  static final long PERIOD_MILLIS = 60_000;

  /** Tokens of a full bucket. */
  static final long BURST = 200;

  private static final long EVERYTHING = 900_000_000;
  private static final int DIGITS = 9;

  private final int[] keys;
  private int records;
  private long bytes;
  private long checksum;

  private LimitLoad(int capacity) {
    keys = new int[capacity];
  }

  /** Writes rules and requests into their topics; stops early where {@code stop} says so. */
  static LimitLoad fill(TopicFeeder feeder, int records, long seed, BooleanSupplier stop)
      throws IOException {
    LimitLoad load = new LimitLoad(records);
    JsonCodec<LimitRuled> rules = Topics.RATELIMIT_RULES.codec();
    for (LimitRuled rule : rules()) {
      feeder.send(
          Topics.RATELIMIT_RULES.name(),
          rule.ruleId().getBytes(StandardCharsets.UTF_8),
          rules.encode(rule));
    }
    SplittableRandom random = new SplittableRandom(seed);
    Zipf keys = new Zipf(KEYS, EXPONENT);
    JsonCodec<RequestReceived> codec = Topics.RATELIMIT_REQUESTS.codec();
    while (load.records < records && !stop.getAsBoolean()) {
      RequestReceived request = request(load.records, keys.draw(random));
      byte[] json = codec.encode(request);
      // Without a key: a partition that is longer than the others would be timed on its own.
      feeder.send(Topics.RATELIMIT_REQUESTS.name(), null, json);
      load.keys[load.records++] = key(request);
      load.bytes += json.length;
      load.checksum += checksum(request);
    }
    feeder.flush();
    return load;
  }

  private static List<LimitRuled> rules() {
    return List.of(
        rule("application", LimitedDimension.API_KEY, LimitAlgorithm.TOKEN_BUCKET, LIMIT, BURST),
        rule(
            "everything",
            LimitedDimension.GLOBAL,
            LimitAlgorithm.FIXED_WINDOW,
            EVERYTHING,
            EVERYTHING));
  }

  private static LimitRuled rule(
      String id, LimitedDimension dimension, LimitAlgorithm algorithm, long limit, long burst) {
    return new LimitRuled(
        id, 1, START - 1, dimension, null, null, algorithm, limit, "PT1M", burst, null, null, null);
  }

  private static RequestReceived request(int index, int key) {
    return new RequestReceived(
        requestId(index), at(index), null, "key-" + key, null, null, "GET /songs", null);
  }

  /** The id of a request by its number; ids of one time are in the order of the numbers. */
  static String requestId(int index) {
    return "r" + String.format("%0" + DIGITS + "d", index);
  }

  /** The number of a request by its id; -1 for what is none. */
  static int index(String requestId) {
    return requestId.length() == 1 + DIGITS && requestId.startsWith("r")
        ? Integer.parseInt(requestId, 1, 1 + DIGITS, 10)
        : -1;
  }

  static long at(int index) {
    return START + index / IN_A_MILLI;
  }

  private static int key(RequestReceived request) {
    String key = String.valueOf(request.apiKey());
    return Integer.parseInt(key, key.indexOf('-') + 1, key.length(), 10);
  }

  private static long checksum(RequestReceived request) {
    return request.at()
        + request.requestId().length()
        + String.valueOf(request.apiKey()).length()
        + String.valueOf(request.route()).length();
  }

  int records() {
    return records;
  }

  /** How many bytes their values have. */
  long bytes() {
    return bytes;
  }

  /** The sum of their times and of the lengths of their texts. */
  long checksum() {
    return checksum;
  }

  /** How many applications occur. */
  int distinct() {
    BitSet occurring = new BitSet(KEYS);
    for (int i = 0; i < records; i++) {
      occurring.set(keys[i]);
    }
    return occurring.cardinality();
  }

  /** Which requests are allowed, worked out one after the other. */
  BitSet allowed() {
    BitSet allowed = new BitSet(records);
    // What is missing of each bucket, in tokens times the period, and since when.
    long[] missing = new long[KEYS];
    int[] since = new int[KEYS];
    for (int i = 0; i < records; i++) {
      int key = keys[i];
      int now = i / IN_A_MILLI;
      missing[key] = Math.max(0, missing[key] - (now - since[key]) * LIMIT);
      since[key] = now;
      if (missing[key] + PERIOD_MILLIS <= BURST * PERIOD_MILLIS) {
        missing[key] += PERIOD_MILLIS;
        allowed.set(i);
      }
    }
    return allowed;
  }
}
