package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import org.jspecify.annotations.Nullable;

/** How a rule limits; the names are part of the layout of rules in state. */
public enum RateAlgorithm {
  /** A bucket of tokens that is filled at the rate; a request takes its cost. */
  TOKEN_BUCKET(0),
  /** A bucket that leaks at the rate; a request pours its cost, unless it would spill. */
  LEAKY_BUCKET(1),
  /** As {@link #LEAKY_BUCKET}, and what is admitted waits until what came before has leaked. */
  LEAKY_QUEUE(2),
  /** A count for each window of the clock. */
  FIXED_WINDOW(3),
  /** The sum of all that was admitted within the period before. */
  SLIDING_LOG(4),
  /** The count of the window, and that of the one before by how much of it is in the period. */
  SLIDING_COUNTER(5),
  /** A theoretical time of arrival that may be ahead of the clock by a tolerance. */
  GCRA(6);

  private final int code;

  RateAlgorithm(int code) {
    this.code = code;
  }

  /** What it is in binary forms. */
  int code() {
    return code;
  }

  /** The one with a code; null where there is none. */
  static @Nullable RateAlgorithm of(int code) {
    for (RateAlgorithm algorithm : values()) {
      if (algorithm.code == code) {
        return algorithm;
      }
    }
    return null;
  }

  /** What a key has of a rule that it has not met yet: all of it. */
  Allowance full() {
    return switch (this) {
      case TOKEN_BUCKET, LEAKY_BUCKET, LEAKY_QUEUE, GCRA -> new Meter();
      case FIXED_WINDOW -> new FixedWindow();
      case SLIDING_LOG -> new SlidingLog();
      case SLIDING_COUNTER -> new SlidingCounter();
    };
  }

  /** Reads what {@link Allowance#write} wrote. */
  Allowance read(FormReader in) {
    Allowance allowance = full();
    allowance.readFrom(in);
    return allowance;
  }
}
