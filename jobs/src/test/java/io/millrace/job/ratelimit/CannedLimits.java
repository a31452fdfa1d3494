package io.millrace.job.ratelimit;

import io.millrace.schema.Topics;
import io.millrace.schema.ratelimit.LimitAlgorithm;
import io.millrace.schema.ratelimit.LimitRuled;
import io.millrace.schema.ratelimit.LimitedDimension;
import io.millrace.schema.ratelimit.RequestReceived;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Requests and rules that are the same for one seed. */
final class CannedLimits {
  static final long START = 1_700_000_040_000L;

  private CannedLimits() {}

  /** Rules of four dimensions, one of which changes twice and one is on trial. */
  static List<LimitRuled> rules() {
    return List.of(
        rule("key", 1, 0, LimitedDimension.API_KEY, LimitAlgorithm.FIXED_WINDOW, 20, "PT2S"),
        rule("key", 2, 20_000, LimitedDimension.API_KEY, LimitAlgorithm.FIXED_WINDOW, 30, "PT2S"),
        rule("key", 3, 40_001, LimitedDimension.API_KEY, LimitAlgorithm.FIXED_WINDOW, 5, "PT2S"),
        rule("user", 1, 0, LimitedDimension.USER, LimitAlgorithm.TOKEN_BUCKET, 12, "PT3S"),
        rule("all", 1, 0, LimitedDimension.GLOBAL, LimitAlgorithm.SLIDING_LOG, 90, "PT1S"),
        new LimitRuled(
            "address",
            1,
            START,
            LimitedDimension.IP,
            "free",
            null,
            LimitAlgorithm.SLIDING_LOG,
            15,
            "PT1S",
            null,
            false,
            700L,
            null),
        new LimitRuled(
            "trial",
            1,
            START,
            LimitedDimension.USER,
            null,
            null,
            LimitAlgorithm.FIXED_WINDOW,
            6,
            "PT1S",
            null,
            true,
            null,
            false));
  }

  private static LimitRuled rule(
      String id,
      long version,
      long after,
      LimitedDimension dimension,
      LimitAlgorithm algorithm,
      long limit,
      String period) {
    return new LimitRuled(
        id,
        version,
        START + after,
        dimension,
        null,
        null,
        algorithm,
        limit,
        period,
        null,
        null,
        null,
        null);
  }

  /** Requests of a minute, a hundred a second and more, some repeated. */
  static List<RequestReceived> requests(long seed, int count) {
    Random random = new Random(seed);
    List<RequestReceived> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (random.nextInt(15) == 0 && i > 0) {
        requests.add(requests.get(Math.max(0, requests.size() - 1 - random.nextInt(50))));
        continue;
      }
      requests.add(
          new RequestReceived(
              seed + "-" + i,
              START + i * 60_000L / count - random.nextInt(2_000) + 2_000,
              "user-" + random.nextInt(9),
              "key-" + random.nextInt(8),
              random.nextInt(4) == 0 ? null : "ip-" + random.nextInt(5),
              random.nextBoolean() ? "free" : null,
              null,
              random.nextInt(9) == 0 ? (Long) (long) random.nextInt(4) : null));
    }
    return requests;
  }

  /** The records of requests and rules, with their keys. */
  static List<ProducerRecord<byte[], byte[]>> records(
      String prefix, List<RequestReceived> requests, List<LimitRuled> rules) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (LimitRuled rule : rules) {
      records.add(
          record(
              prefix + Topics.RATELIMIT_RULES.name(),
              rule.ruleId(),
              Topics.RATELIMIT_RULES.codec().encode(rule)));
    }
    for (RequestReceived request : requests) {
      records.add(
          record(
              prefix + Topics.RATELIMIT_REQUESTS.name(),
              request.requestId(),
              Topics.RATELIMIT_REQUESTS.codec().encode(request)));
    }
    return records;
  }

  private static ProducerRecord<byte[], byte[]> record(
      String topic, @Nullable String key, byte[] value) {
    return new ProducerRecord<>(
        topic, key == null ? null : key.getBytes(StandardCharsets.UTF_8), value);
  }
}
