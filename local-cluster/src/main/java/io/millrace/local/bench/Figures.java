package io.millrace.local.bench;

import java.util.Map;

/**
 * What was counted in a run.
 *
 * @param code of the program
 * @param byName the figures
 */
record Figures(String code, Map<String, Long> byName) {
  /** How many records a job discarded. */
  static final String RECORDS = "records";

  /** The checksum of the records that a job discarded. */
  static final String CHECKSUM = "checksum";

  /**
   * Checks a figure.
   *
   * @param what it is, for people
   * @throws VoidRunException where it is not as expected
   */
  void require(String what, String name, long expected) throws VoidRunException {
    Long seen = byName.get(name);
    if (seen == null || seen != expected) {
      throw new VoidRunException(code + ": " + what + ": " + seen + ", not " + expected);
    }
  }

  /**
   * A figure that there must be.
   *
   * @throws VoidRunException where there is none
   */
  long get(String name) throws VoidRunException {
    Long figure = byName.get(name);
    if (figure == null) {
      throw new VoidRunException(code + " counted no " + name);
    }
    return figure;
  }
}
