package io.millrace.local.fault;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schema.Topics;
import io.millrace.schema.ratelimit.RequestReceived;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What rate counting must publish of the requests of {@link LimitTrial}: of those of an application
 * in a window, in the order of time and id, the first so many are allowed.
 */
final class LimitOracle extends LedgerOracle<RequestReceived> {
  private static final Comparator<RequestReceived> ORDER =
      Comparator.comparingLong(RequestReceived::at).thenComparing(RequestReceived::requestId);

  private final Map<RecordId, RequestReceived> requests = new HashMap<>();
  private final List<PublishedRow> verdicts = new ArrayList<>();
  private final Map<String, Use> used = new TreeMap<>();

  /** How many requests of a key and window were allowed and refused. */
  private record Use(long allowed, long refused) {
    static final Use NONE = new Use(0, 0);

    Use plus(long moreAllowed, long moreRefused) {
      return new Use(allowed + moreAllowed, refused + moreRefused);
    }

    PublishedRow row(String identity) {
      return new PublishedRow(identity, allowed + " allowed, " + refused + " refused");
    }
  }

  LimitOracle(Ledger ledger) {
    super(
        ledger,
        new Lanes<>(
            RequestReceived.class,
            Topics.RATE_COUNTING_LATE.name(),
            Topics.RATE_COUNTING_LIVE.name(),
            Topics.RATELIMIT_REQUESTS_DLQ.name()),
        1,
        LimitTrial.OUT_OF_ORDERNESS_MILLIS);
  }

  @Override
  void count(RecordId id, RequestReceived request) {
    requests.put(id, request);
  }

  @Override
  void takeBack(RecordId id, RequestReceived request) {
    requests.remove(id);
  }

  @Override
  List<PublishedRow> expected(long watermark) {
    List<RequestReceived> due =
        requests.values().stream()
            .filter(request -> request.at() <= watermark)
            .sorted(ORDER)
            .toList();
    List<PublishedRow> rows = new ArrayList<>();
    Map<String, Use> uses = new TreeMap<>();
    for (RequestReceived request : due) {
      long end = windowEnd(request.at());
      String identity = usage("apiKey", String.valueOf(request.apiKey()), end);
      long before = uses.getOrDefault(identity, Use.NONE).allowed();
      boolean allowed = before < LimitTrial.LIMIT;
      rows.add(
          verdict(
              request.requestId(),
              allowed,
              allowed ? "null" : LimitTrial.RULE,
              Math.max(0, LimitTrial.LIMIT - before - 1),
              end));
      uses.merge(
          identity,
          new Use(allowed ? 1 : 0, allowed ? 0 : 1),
          (a, b) -> a.plus(b.allowed, b.refused));
    }
    uses.forEach((identity, use) -> rows.add(use.row(identity)));
    return rows;
  }

  @Override
  void result(String topic, JsonNode row) {
    if (topic.equals(Topics.RATE_COUNTING_USAGE.name())) {
      if (row.path("dimension").asText().equals("global")) {
        // Is published with the next lease of the limit, which need not come.
        return;
      }
      // Tasks publish what each has counted; it is the sum that must be right.
      String identity =
          usage(
              row.path("dimension").asText(),
              row.path("key").asText(),
              row.path("windowEnd").asLong());
      Use more = new Use(row.path("allowed").asLong(), row.path("refused").asLong());
      used.merge(identity, more, (a, b) -> a.plus(b.allowed, b.refused));
      return;
    }
    verdicts.add(
        verdict(
            row.path("requestId").asText(),
            row.path("allowed").asBoolean(),
            row.path("limitedBy").asText(),
            row.path("remaining").asLong(),
            row.path("resetAt").asLong()));
  }

  @Override
  List<PublishedRow> results() {
    List<PublishedRow> rows = new ArrayList<>(verdicts);
    used.forEach((identity, use) -> rows.add(use.row(identity)));
    return rows;
  }

  private static long windowEnd(long at) {
    return Math.floorDiv(at, LimitTrial.WINDOW_MILLIS) * LimitTrial.WINDOW_MILLIS
        + LimitTrial.WINDOW_MILLIS;
  }

  private static String usage(String dimension, String key, long windowEnd) {
    return "usage of " + dimension + " " + key + " to " + windowEnd;
  }

  private static PublishedRow verdict(
      String requestId, boolean allowed, String limitedBy, long remaining, long resetAt) {
    return new PublishedRow(
        "verdict of " + requestId,
        allowed + ", by " + limitedBy + ", " + remaining + " left until " + resetAt);
  }
}
