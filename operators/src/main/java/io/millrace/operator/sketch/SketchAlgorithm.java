package io.millrace.operator.sketch;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The ways to count that {@link TopKSketch} offers. Their names are a wire format. */
public enum SketchAlgorithm {
  /** Every item with its exact weight; memory grows with the number of distinct items. */
  EXACT {
    @Override
    public TopKSketch create() {
      return new ExactCounts();
    }
  };

  /** An empty sketch. */
  public abstract TopKSketch create();

  /** The name in options and results, in kebab-case. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
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
            () ->
                new IllegalArgumentException(
                    "no algorithm \""
                        + code
                        + "\"; valid: "
                        + Arrays.stream(values())
                            .map(SketchAlgorithm::code)
                            .collect(Collectors.joining(", "))));
  }
}
