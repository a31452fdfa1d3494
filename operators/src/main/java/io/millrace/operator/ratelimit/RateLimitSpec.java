package io.millrace.operator.ratelimit;

import io.millrace.operator.writeback.WriteBackSpec;
import java.io.Serializable;

/**
 * How requests are limited.
 *
 * @param coordination how limits that many tasks use up are kept
 * @param domain the dimension by which requests are divided among tasks, under {@link
 *     Coordination#LEASES}; not {@link LimitDimension#GLOBAL}
 * @param inEventTime whether requests wait for the watermark and are decided in the order of their
 *     times and ids, rather than as they come
 * @param leaseEpochMillis for how long leases are granted at once, in milliseconds; positive
 * @param verdictHorizonMillis a request whose id was decided about less than so long before or
 *     after gets that verdict, in milliseconds of event time; 0 for never
 * @param usageWindowMillis length of the windows of use, in milliseconds; a multiple of the epoch
 * @param state memory for what keys have left; of its objects, each is a key at hand, some 400
 *     bytes for each rule
 */
public record RateLimitSpec(
    Coordination coordination,
    LimitDimension domain,
    boolean inEventTime,
    long leaseEpochMillis,
    long verdictHorizonMillis,
    long usageWindowMillis,
    WriteBackSpec state)
    implements Serializable {
  /** How limits that many tasks use up are kept. */
  public enum Coordination {
    /** One task decides everything. */
    EXACT,
    /** Each task decides for its domains, and leases what it needs of limits that span them. */
    LEASES
  }

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException where one is out of range
   */
  public RateLimitSpec {
    if (domain == LimitDimension.GLOBAL) {
      throw new IllegalArgumentException(
          "the domain must be a dimension that divides requests: user, apiKey, ip or route");
    }
    if (leaseEpochMillis < 1 || verdictHorizonMillis < 0) {
      throw new IllegalArgumentException(
          "the epoch of leases must be at least 1 ms, and the horizon of verdicts not negative");
    }
    if (usageWindowMillis < 1 || usageWindowMillis % leaseEpochMillis != 0) {
      throw new IllegalArgumentException(
          "the window of use must be a multiple of the epoch of leases, "
              + leaseEpochMillis
              + " ms, but is "
              + usageWindowMillis
              + " ms");
    }
  }

  boolean leases() {
    return coordination == Coordination.LEASES;
  }

  /** Whether a limit of a dimension is kept by the task that decides about the request. */
  boolean isLocal(LimitDimension dimension) {
    return !leases() || dimension == domain;
  }

  long epochStart(long at) {
    return Math.floorDiv(at, leaseEpochMillis) * leaseEpochMillis;
  }

  long usageStart(long at) {
    return Math.floorDiv(at, usageWindowMillis) * usageWindowMillis;
  }
}
