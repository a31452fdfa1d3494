package io.millrace.operator.ratelimit;

import io.millrace.operator.sketch.Utf8Order;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All versions of all rules, and which are in force when: of each rule the version that is the
 * greatest among those that apply from then or before. The order in which versions come makes no
 * difference.
 *
 * <p><b>Space</b>: the rules, with at most {@link #MOST_VERSIONS} versions each; the earliest of
 * more are forgotten. <b>Time</b>: O(1) while no rule begins or ends between the times that are
 * asked for, else O(rules).
 */
final class RuleBook {
  /** As many versions of a rule are kept. */
  static final int MOST_VERSIONS = 64;

  /** Those of no time. */
  private static final InForce NONE = new InForce(0, 0, List.of());

  /** A version with its terms, which don't have to be worked out again. */
  record Term(RateRule rule, RateTerms terms, long idHash) {}

  /** The rules in force in a span of time, of each dimension in the order of their ids. */
  static final class InForce {
    private final long from;
    private final long until;
    private final Map<LimitDimension, List<Term>> rules = new EnumMap<>(LimitDimension.class);
    private final Set<LimitDimension> withTier = EnumSet.noneOf(LimitDimension.class);
    private final Set<LimitDimension> withRoute = EnumSet.noneOf(LimitDimension.class);
    private final List<LimitDimension> dimensions;

    private InForce(long from, long until, List<Term> found) {
      this.from = from;
      this.until = until;
      found.forEach(this::add);
      dimensions = List.copyOf(rules.keySet());
    }

    private boolean holds(long time) {
      return time >= from && time < until;
    }

    private void add(Term term) {
      LimitDimension dimension = term.rule().dimension();
      rules.computeIfAbsent(dimension, unused -> new ArrayList<>()).add(term);
      if (term.rule().tier() != null) {
        withTier.add(dimension);
      }
      if (term.rule().route() != null) {
        withRoute.add(dimension);
      }
    }

    /** The dimensions that have any. */
    List<LimitDimension> dimensions() {
      return dimensions;
    }

    /** Those of a dimension. */
    List<Term> of(LimitDimension dimension) {
      List<Term> of = rules.get(dimension);
      return of == null ? List.of() : of;
    }

    /** Whether any is only for a tier. */
    boolean askForTier() {
      return !withTier.isEmpty();
    }

    /** Whether any is only for a route. */
    boolean askForRoute() {
      return !withRoute.isEmpty();
    }

    /** Whether one of a dimension is only for a tier. */
    boolean askForTier(LimitDimension dimension) {
      return withTier.contains(dimension);
    }

    /** Whether one of a dimension is only for a route. */
    boolean askForRoute(LimitDimension dimension) {
      return withRoute.contains(dimension);
    }
  }

  /** Of each rule the versions that have their time, with rising times and versions. */
  private final TreeMap<String, List<Term>> timelines = new TreeMap<>(Utf8Order.INSTANCE);

  /** The same by the hashes of the rules' ids. */
  private final Map<Long, List<Term>> byHash = new HashMap<>();

  private final Map<String, List<RateRule>> versions = new TreeMap<>();
  private InForce last = NONE;

  /**
   * Takes note of a version.
   *
   * @return whether it was not there yet
   */
  boolean add(RateRule rule) {
    List<RateRule> all = versions.computeIfAbsent(rule.ruleId(), unused -> new ArrayList<>());
    for (RateRule other : all) {
      if (other.version() == rule.version() && other.at() == rule.at()) {
        return false;
      }
    }
    all.add(rule);
    all.sort(
        (left, right) ->
            left.at() != right.at()
                ? Long.compare(left.at(), right.at())
                : Long.compare(left.version(), right.version()));
    if (all.size() > MOST_VERSIONS) {
      all.remove(0);
    }
    List<Term> timeline = timeline(all);
    timelines.put(rule.ruleId(), timeline);
    byHash.put(timeline.get(0).idHash(), timeline);
    last = NONE;
    return true;
  }

  private static List<Term> timeline(List<RateRule> sorted) {
    List<Term> timeline = new ArrayList<>();
    for (RateRule rule : sorted) {
      int size = timeline.size();
      if (size > 0 && timeline.get(size - 1).rule().version() >= rule.version()) {
        continue;
      }
      if (size > 0 && timeline.get(size - 1).rule().at() == rule.at()) {
        timeline.remove(size - 1);
      }
      timeline.add(new Term(rule, rule.terms(), LimitKey.hash(rule.ruleId())));
    }
    return timeline;
  }

  /** The versions of a rule that are kept. */
  List<RateRule> versions(String ruleId) {
    return List.copyOf(versions.getOrDefault(ruleId, List.of()));
  }

  /** Whether a rule has ever limited a dimension that is to be asked for elsewhere. */
  boolean limits(Predicate<LimitDimension> dimensions) {
    for (List<Term> timeline : timelines.values()) {
      if (timeline.stream().anyMatch(term -> dimensions.test(term.rule().dimension()))) {
        return true;
      }
    }
    return false;
  }

  /** The rules in force at a time. */
  InForce at(long time) {
    if (!last.holds(time)) {
      last = find(time);
    }
    return last;
  }

  private InForce find(long time) {
    long from = Long.MIN_VALUE;
    long until = Long.MAX_VALUE;
    List<Term> found = new ArrayList<>();
    for (List<Term> timeline : timelines.values()) {
      Term present = null;
      for (Term term : timeline) {
        if (term.rule().at() > time) {
          until = Math.min(until, term.rule().at());
          break;
        }
        present = term;
      }
      if (present != null) {
        from = Math.max(from, present.rule().at());
        if (!present.rule().deleted()) {
          found.add(present);
        }
      }
    }
    return new InForce(from, until, found);
  }

  /** The version of a rule; null where it is not known any more. */
  @Nullable Term version(long idHash, long version) {
    for (Term term : byHash.getOrDefault(idHash, List.of())) {
      if (term.rule().version() == version) {
        return term;
      }
    }
    return null;
  }

  /** The versions of a rule after one, up to another, in the order of their times. */
  List<Term> between(long idHash, long after, long upTo) {
    List<Term> between = new ArrayList<>();
    for (Term term : byHash.getOrDefault(idHash, List.of())) {
      if (term.rule().version() > after && term.rule().version() <= upTo) {
        between.add(term);
      }
    }
    return between;
  }
}
