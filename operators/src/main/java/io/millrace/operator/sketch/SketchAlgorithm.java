package io.millrace.operator.sketch;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The ways to count that {@link TopKSketch} offers. Their names are a wire format. */
public enum SketchAlgorithm {
  /** Every item with its exact weight; memory grows with the number of distinct items. */
  EXACT {
    @Override
    public TopKSketch create(long memoryBytes, int fewestItems) {
      return new ExactCounts();
    }

    @Override
    long count(long lower, long slack) {
      return lower;
    }
  },
  /** Exact until the memory bound, then with bounds. */
  ADAPTIVE {
    @Override
    public TopKSketch create(long memoryBytes, int fewestItems) {
      return new AdaptiveCounts(memoryBytes, fewestItems);
    }

    @Override
    long count(long lower, long slack) {
      return TopKSketch.saturatedSum(lower, slack / 2);
    }
  },
  /** The lightest item makes room for a new one. */
  SPACE_SAVING {
    @Override
    public TopKSketch create(long memoryBytes, int fewestItems) {
      return new SpaceSaving(memoryBytes, fewestItems);
    }

    @Override
    long count(long lower, long slack) {
      return TopKSketch.saturatedSum(lower, slack);
    }
  },
  /** A matrix of counters beside a set of candidates. */
  COUNT_MIN {
    @Override
    public TopKSketch create(long memoryBytes, int fewestItems) {
      return new CountMin(memoryBytes, fewestItems);
    }

    @Override
    long count(long lower, long slack) {
      return TopKSketch.saturatedSum(lower, slack);
    }
  },
  /** Items that are rare for their age leave. */
  LOSSY_COUNTING {
    @Override
    public TopKSketch create(long memoryBytes, int fewestItems) {
      return new LossyCounting(memoryBytes, fewestItems);
    }

    @Override
    long count(long lower, long slack) {
      return lower;
    }
  };

  /**
   * An empty sketch.
   *
   * @param memoryBytes bound of {@link TopKSketch#memoryBytes}, in bytes, positive; exact counts
   *     have none
   * @param fewestItems where fewer items are held, the memory bound gives way; positive
   */
  public abstract TopKSketch create(long memoryBytes, int fewestItems);

  /** The count that is reported, between {@code lower} and {@code lower + slack}. */
  abstract long count(long lower, long slack);

  /** The name in options and results, in kebab-case. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The names of all, with commas. */
  public static String codes() {
    return Arrays.stream(values()).map(SketchAlgorithm::code).collect(Collectors.joining(", "));
  }

  /**
   * The algorithm of that {@link #code}.
   *
   * @throws IllegalArgumentException where there is none; the message names the valid ones
   */
  public static SketchAlgorithm ofCode(String code) {
    return Arrays.stream(values())
        .filter(algorithm -> algorithm.code().equals(code))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("no algorithm \"" + code + "\"; valid: " + codes()));
  }
}
