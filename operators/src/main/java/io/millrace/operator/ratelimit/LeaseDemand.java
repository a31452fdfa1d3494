package io.millrace.operator.ratelimit;

import org.jspecify.annotations.Nullable;

/**
 * What one task's requests need of one key at one millisecond, those of one tier and route
 * together.
 */
final class LeaseDemand {
  private final long at;
  private final @Nullable String tier;
  private final @Nullable String route;
  private final String firstRule;
  private long units;
  private long requests;

  /**
   * No request yet.
   *
   * @param firstRule a rule that is for them
   */
  LeaseDemand(long at, @Nullable String tier, @Nullable String route, String firstRule) {
    this.at = at;
    this.tier = tier;
    this.route = route;
    this.firstRule = firstRule;
  }

  long at() {
    return at;
  }

  @Nullable String tier() {
    return tier;
  }

  @Nullable String route() {
    return route;
  }

  String firstRule() {
    return firstRule;
  }

  /** Adds a request. */
  void add(long cost) {
    units += cost;
    requests++;
  }

  /** Adds requests. */
  void add(long ofUnits, long ofRequests) {
    units += ofUnits;
    requests += ofRequests;
  }

  /** What they cost together. */
  long units() {
    return units;
  }

  long requests() {
    return requests;
  }

  /** What one of them costs, about; at least 1. */
  long oneCost() {
    return Math.max(1, units / Math.max(1, requests));
  }
}
