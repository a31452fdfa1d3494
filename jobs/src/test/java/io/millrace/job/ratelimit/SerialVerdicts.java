package io.millrace.job.ratelimit;

import io.millrace.schema.ratelimit.LimitRuled;
import io.millrace.schema.ratelimit.RequestReceived;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides about requests one after the other, in the order of times and ids, from the whole history
 * of what was admitted: fixed windows, sliding logs and token buckets, whose tokens are worked out
 * anew from the first request each time.
 */
final class SerialVerdicts {
  private final List<LimitRuled> rules;
  private final long horizonMillis;
  private final Map<String, List<long[]>> taken = new HashMap<>();
  private final Map<String, Long> penalties = new HashMap<>();
  private final Map<String, String> verdicts = new HashMap<>();
  private final Map<String, Long> decidedAt = new HashMap<>();

  SerialVerdicts(List<LimitRuled> rules, long horizonMillis) {
    this.rules = rules;
    this.horizonMillis = horizonMillis;
  }

  /** A line for each request, sorted. */
  List<String> lines(List<RequestReceived> requests) {
    List<RequestReceived> sorted = new ArrayList<>(requests);
    sorted.sort(
        Comparator.comparingLong(RequestReceived::at).thenComparing(RequestReceived::requestId));
    List<String> lines = new ArrayList<>();
    for (RequestReceived request : sorted) {
      String id = request.requestId();
      boolean known =
          verdicts.containsKey(id) && request.at() - decidedAt.getOrDefault(id, 0L) < horizonMillis;
      if (!known) {
        verdicts.put(id, decide(request));
        decidedAt.put(id, request.at());
      }
      lines.add(verdicts.getOrDefault(id, ""));
    }
    lines.sort(null);
    return lines;
  }

  private String decide(RequestReceived request) {
    long at = request.at();
    long cost = request.cost() == null ? 1 : request.cost();
    Map<String, LimitRuled> applied = new TreeMap<>();
    for (LimitRuled rule : rules) {
      boolean isFor =
          rule.at() <= at
              && key(rule, request) != null
              && (rule.tier() == null || rule.tier().equals(request.tier()))
              && (rule.route() == null || rule.route().equals(request.route()));
      if (isFor) {
        applied.merge(
            rule.ruleId(), rule, (one, other) -> one.version() > other.version() ? one : other);
      }
    }
    List<String> shadow = new ArrayList<>();
    Map<String, Long> retries = new TreeMap<>();
    for (LimitRuled rule : applied.values()) {
      String name = rule.ruleId() + " " + key(rule, request);
      long penalty = penalties.getOrDefault(name, 0L);
      if (penalty <= at && remaining(rule, name, at) >= cost) {
        continue;
      }
      if (rule.penaltyMillis() != null && penalty <= at) {
        penalty = at + rule.penaltyMillis();
        penalties.put(name, penalty);
      }
      if (Boolean.TRUE.equals(rule.shadow())) {
        shadow.add(rule.ruleId());
      } else {
        retries.put(rule.ruleId(), retry(rule, name, at, cost, penalty));
      }
    }
    boolean allowed = retries.isEmpty();
    Tightest tightest = new Tightest();
    for (LimitRuled rule : applied.values()) {
      String name = rule.ruleId() + " " + key(rule, request);
      if (allowed && !shadow.contains(rule.ruleId())) {
        taken.computeIfAbsent(name, unused -> new ArrayList<>()).add(new long[] {at, cost});
      }
      if (!Boolean.TRUE.equals(rule.shadow())) {
        long left = penalties.getOrDefault(name, 0L) > at ? 0 : remaining(rule, name, at);
        tightest.offer(rule, left, retries.getOrDefault(rule.ruleId(), 0L));
      }
    }
    String limitedBy = null;
    long longest = 0;
    for (Map.Entry<String, Long> retry : retries.entrySet()) {
      if (limitedBy == null || retry.getValue() > longest) {
        limitedBy = retry.getKey();
        longest = retry.getValue();
      }
    }
    return line(
        request.requestId(),
        at,
        allowed,
        limitedBy,
        tightest.limit,
        tightest.remaining,
        longest,
        shadow);
  }

  /** The rule of which the least is left; of several that which refuses for longest. */
  private static final class Tightest {
    private @Nullable Long limit;
    private @Nullable Long remaining;
    private long retry;

    private void offer(LimitRuled rule, long left, long itsRetry) {
      if (remaining == null || left < remaining || (left == remaining && itsRetry > retry)) {
        limit = rule.limit();
        remaining = left;
        retry = itsRetry;
      }
    }
  }

  /** How a verdict is compared. */
  static String line(
      String requestId,
      long at,
      boolean allowed,
      @Nullable String limitedBy,
      @Nullable Long limit,
      @Nullable Long remaining,
      long retry,
      List<String> shadow) {
    return String.join(
        " ",
        requestId,
        String.valueOf(at),
        String.valueOf(allowed),
        String.valueOf(limitedBy),
        String.valueOf(limit),
        String.valueOf(remaining),
        String.valueOf(retry),
        String.join(",", shadow));
  }

  private static @Nullable String key(LimitRuled rule, RequestReceived request) {
    return switch (rule.dimension()) {
      case USER -> request.user();
      case API_KEY -> request.apiKey();
      case IP -> request.ip();
      case ROUTE -> request.route();
      case GLOBAL -> "global";
    };
  }

  private long remaining(LimitRuled rule, String name, long at) {
    long period = rule.periodMillis();
    List<long[]> of = taken.getOrDefault(name, List.of());
    switch (rule.algorithm()) {
      case FIXED_WINDOW -> {
        return Math.max(0, rule.limit() - sum(of, Math.floorDiv(at, period) * period - 1, at));
      }
      case SLIDING_LOG -> {
        return Math.max(0, rule.limit() - sum(of, at - period, at));
      }
      case TOKEN_BUCKET -> {
        return units(rule, of, at) / period;
      }
      default -> throw new IllegalArgumentException("no history for " + rule.algorithm());
    }
  }

  private static long sum(List<long[]> of, long after, long upTo) {
    long sum = 0;
    // The latest are the last.
    for (int i = of.size() - 1; i >= 0 && of.get(i)[0] > after; i--) {
      sum += of.get(i)[0] <= upTo ? of.get(i)[1] : 0;
    }
    return sum;
  }

  /** What is in a bucket, in tokens times the period: full before the first request. */
  private static long units(LimitRuled rule, List<long[]> of, long at) {
    long full = rule.limit() * rule.periodMillis();
    long units = full;
    long last = of.isEmpty() ? at : of.get(0)[0];
    for (long[] each : of) {
      units = Math.min(full, units + (each[0] - last) * rule.limit());
      units -= each[1] * rule.periodMillis();
      last = each[0];
    }
    return Math.min(full, units + (at - last) * rule.limit());
  }

  /** The first time at which something comes back and there is enough. */
  private long retry(LimitRuled rule, String name, long at, long cost, long penalty) {
    long period = rule.periodMillis();
    List<long[]> of = taken.getOrDefault(name, List.of());
    long wait = 0;
    if (remaining(rule, name, at) < cost) {
      wait =
          switch (rule.algorithm()) {
            case FIXED_WINDOW -> period - Math.floorMod(at, period);
            case TOKEN_BUCKET -> {
              long missing = cost * period - units(rule, of, at);
              yield (missing + rule.limit() - 1) / rule.limit();
            }
            default ->
                of.stream()
                    .mapToLong(each -> each[0] + period - at)
                    .filter(each -> each > 0 && remaining(rule, name, at + each) >= cost)
                    .min()
                    .orElseThrow();
          };
    }
    return Math.max(wait, penalty - at);
  }
}
