package io.millrace.local.bench;

import java.util.List;

/** One of the programs that a benchmark compares. */
interface Variant {
  /** Its name for people, which no other of the benchmark has. */
  String code();

  /** What it is and how it is set up, for people. */
  List<String> description();

  /** Whether it is run for findings of its own, though it is compared with nothing. */
  default boolean standsAlone() {
    return false;
  }
}
