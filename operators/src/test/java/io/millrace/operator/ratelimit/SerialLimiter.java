package io.millrace.operator.ratelimit;

import io.millrace.operator.sketch.Utf8Order;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Decides about all requests one after the other, in the order of their times and ids. */
final class SerialLimiter {
  private final List<RateRule> rules;
  private final long verdictHorizonMillis;
  private final long usageWindowMillis;
  private final Map<String, Kept> kept = new HashMap<>();
  private final Map<String, List<String[]>> verdicts = new HashMap<>();
  private final Map<String, long[]> usage = new TreeMap<>();

  /** A rule and a key. */
  private static final class Kept {
    private final Textbook textbook;
    private long version;
    private long penaltyUntil;

    private Kept(Textbook textbook, long version) {
      this.textbook = textbook;
      this.version = version;
    }
  }

  private record Applied(RateRule rule, Kept kept) {}

  SerialLimiter(List<RateRule> rules, long verdictHorizonMillis, long usageWindowMillis) {
    this.rules = rules;
    this.verdictHorizonMillis = verdictHorizonMillis;
    this.usageWindowMillis = usageWindowMillis;
  }

  /** A line for each request, in no order. */
  List<String> decide(List<Asked> requests) {
    List<Asked> sorted = new ArrayList<>(requests);
    sorted.sort(Comparator.comparingLong(Asked::at).thenComparing(Asked::id, Utf8Order.INSTANCE));
    List<String> lines = new ArrayList<>();
    for (Asked request : sorted) {
      String known = known(request);
      String line = known != null ? known : decide(request);
      lines.add(line);
    }
    return lines;
  }

  /** A line for each key and window. */
  List<String> usage() {
    List<String> lines = new ArrayList<>();
    usage.forEach((key, use) -> lines.add("U|" + key + "|" + use[0] + "|" + use[1] + "|" + use[2]));
    return lines;
  }

  private @Nullable String known(Asked request) {
    for (String[] verdict : verdicts.getOrDefault(request.id(), List.of())) {
      if (request.at() - Long.parseLong(verdict[0]) < verdictHorizonMillis) {
        return verdict[1];
      }
    }
    return null;
  }

  private String decide(Asked request) {
    List<Applied> applied = new ArrayList<>();
    for (RateRule rule : inForce(request.at())) {
      String key = request.key(rule.dimension());
      boolean isFor =
          (rule.tier() == null || rule.tier().equals(request.tier()))
              && (rule.route() == null || rule.route().equals(request.route()));
      if (key != null && isFor) {
        applied.add(new Applied(rule, kept(rule, key)));
      }
    }
    boolean allowed =
        applied.stream().noneMatch(each -> !each.rule.shadow() && refuses(each, request));
    String line = line(request, applied, allowed);
    verdicts
        .computeIfAbsent(request.id(), unused -> new ArrayList<>())
        .add(0, new String[] {String.valueOf(request.at()), line});
    count(request, applied, allowed);
    return line;
  }

  private static boolean refuses(Applied applied, Asked request) {
    return applied.kept.penaltyUntil > request.at()
        || !applied.kept.textbook.admits(request.at(), request.cost());
  }

  private static String line(Asked request, List<Applied> applied, boolean allowed) {
    String limitedBy = null;
    long longest = -1;
    List<String> shadow = new ArrayList<>();
    List<long[]> left = new ArrayList<>();
    for (Applied each : applied) {
      RateRule rule = each.rule;
      boolean refused = refuses(each, request);
      if (refused && rule.penaltyMillis() > 0 && each.kept.penaltyUntil <= request.at()) {
        each.kept.penaltyUntil = request.at() + rule.penaltyMillis();
      }
      if (rule.shadow() && refused) {
        shadow.add(rule.ruleId());
      }
      if (!refused && allowed) {
        each.kept.textbook.take(request.at(), request.cost());
      }
      if (rule.shadow()) {
        continue;
      }
      long retry = refused ? retry(each, request) : 0;
      if (refused && retry > longest) {
        longest = retry;
        limitedBy = rule.ruleId();
      }
      long remaining =
          each.kept.penaltyUntil > request.at() ? 0 : each.kept.textbook.remaining(request.at());
      left.add(new long[] {remaining, -retry, left.size(), rule.limit()});
    }
    left.sort(
        Comparator.<long[]>comparingLong(each -> each[0])
            .thenComparingLong(each -> each[1])
            .thenComparingLong(each -> each[2]));
    return String.join(
        "|",
        "V",
        request.id(),
        String.valueOf(request.at()),
        String.valueOf(allowed),
        String.valueOf(limitedBy),
        left.isEmpty() ? "null|null" : left.get(0)[3] + "|" + left.get(0)[0],
        longest < 0 ? "0" : longest == Long.MAX_VALUE ? "null" : String.valueOf(longest),
        String.join(",", shadow));
  }

  /** Tries every millisecond. */
  private static long retry(Applied applied, Asked request) {
    Textbook textbook = applied.kept.textbook;
    boolean isBucket =
        switch (applied.rule.algorithm()) {
          case TOKEN_BUCKET, LEAKY_BUCKET, LEAKY_QUEUE, GCRA -> true;
          case FIXED_WINDOW, SLIDING_LOG, SLIDING_COUNTER -> false;
        };
    if (request.cost() > (isBucket ? textbook.burst : textbook.limit)) {
      return Long.MAX_VALUE;
    }
    long wait = Math.max(0, applied.kept.penaltyUntil - request.at());
    while (!textbook.admits(request.at() + wait, request.cost())) {
      wait++;
    }
    // A penalty may be longer than the limit needs.
    return wait;
  }

  private void count(Asked request, List<Applied> applied, boolean allowed) {
    long window = Math.floorDiv(request.at(), usageWindowMillis) * usageWindowMillis;
    applied.stream()
        .map(each -> each.rule.dimension())
        .distinct()
        .forEach(
            dimension -> {
              String key = dimension.code() + "|" + request.key(dimension) + "|" + window;
              long[] use = usage.computeIfAbsent(key, unused -> new long[3]);
              use[allowed ? 0 : 1]++;
              use[2] += allowed ? request.cost() : 0;
            });
  }

  /** The rules in force at a time, in the order of their ids. */
  private List<RateRule> inForce(long at) {
    Map<String, RateRule> found = new TreeMap<>(Utf8Order.INSTANCE);
    for (RateRule rule : rules) {
      if (rule.at() <= at) {
        found.merge(
            rule.ruleId(), rule, (one, other) -> one.version() > other.version() ? one : other);
      }
    }
    found.values().removeIf(RateRule::deleted);
    return new ArrayList<>(found.values());
  }

  /** What is kept of a rule and a key, after the rule's changes so far. */
  private Kept kept(RateRule rule, String key) {
    String name = rule.ruleId() + " " + key;
    Kept of = kept.get(name);
    if (of == null) {
      of = fresh(rule);
      kept.put(name, of);
    }
    List<RateRule> changes = new ArrayList<>(rules);
    changes.sort(Comparator.comparingLong(RateRule::at));
    for (RateRule change : changes) {
      boolean isNext =
          change.ruleId().equals(rule.ruleId())
              && change.version() > of.version
              && change.version() <= rule.version();
      if (!isNext) {
        continue;
      }
      if (change.deleted()) {
        of = fresh(change);
        kept.put(name, of);
      } else {
        of.textbook.change(change.at(), change.limit(), change.burst());
        of.version = change.version();
      }
    }
    return of;
  }

  private static Kept fresh(RateRule rule) {
    return new Kept(
        Textbook.of(rule.algorithm(), rule.limit(), rule.periodMillis(), rule.burst()),
        rule.version());
  }
}
