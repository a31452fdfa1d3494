package io.millrace.local.bench;

/**
 * A ratio of records a second that a benchmark prints.
 *
 * @param variant the one above the line
 * @param other the one below
 * @param goal what the ratio is to reach; 0 for none
 */
record Comparison(Variant variant, Variant other, double goal) {
  static Comparison of(Variant variant, Variant other) {
    return new Comparison(variant, other, 0);
  }

  /** Its name for people. */
  String words() {
    return variant.code() + " to " + other.code();
  }
}
