package io.millrace.schema.ratelimit;

/** How a rule limits. */
public enum LimitAlgorithm {
  /** A bucket of tokens that is filled at the rate. */
  TOKEN_BUCKET,
  /** A bucket that leaks at the rate. */
  LEAKY_BUCKET,
  /** A queue that is served at the rate. */
  LEAKY_QUEUE,
  /** A count for each window of the clock. */
  FIXED_WINDOW,
  /** All that was admitted within the period before. */
  SLIDING_LOG,
  /** The count of the window, and a share of the one before. */
  SLIDING_COUNTER,
  /** The generic cell rate algorithm. */
  GCRA
}
