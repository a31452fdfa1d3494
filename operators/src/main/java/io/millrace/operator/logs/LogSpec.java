package io.millrace.operator.logs;

import io.millrace.operator.logline.LineSource;
import io.millrace.operator.logline.LogLevel;
import io.millrace.operator.logline.Redaction;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How logs are read.
 *
 * @param decoder makes lines of what is not text
 * @param unknown how lines are read whose source nobody has described; null for not at all
 * @param redaction what is taken out of what is published
 * @param collapse whether a record stands for the equal ones that follow it
 * @param leastLevel records below are not kept in the index; null for none
 * @param mostLineBytes a longer record is refused; positive
 * @param eventTimeMin earlier records are refused, in milliseconds since the epoch
 * @param maxAheadMillis records further beyond the clock are refused
 * @param allowedLatenessMillis how long windows stay open after their end; not negative
 * @param inEventTime whether lines wait for what is to be known of their time
 * @param dedup whether a line is taken once though its offset comes again; else one that is a
 *     record by itself is read without an exchange
 * @param byClock whether what is quiet is decided by the clock; else only the end of input does
 */
public record LogSpec(
    LineDecoder decoder,
    @Nullable LineSource unknown,
    Redaction redaction,
    boolean collapse,
    @Nullable LogLevel leastLevel,
    int mostLineBytes,
    long eventTimeMin,
    long maxAheadMillis,
    long allowedLatenessMillis,
    boolean inEventTime,
    boolean dedup,
    boolean byClock)
    implements Serializable {
  /** As many lines of a record are joined. */
  static final int MOST_LINES = 1_000;

  /** After so long without a line a record has no more of them. */
  static final long QUIET_MILLIS = 5_000;

  /** A record stands for equal ones of so long. */
  static final long COLLAPSE_MILLIS = 60_000;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException where one is out of its range
   */
  public LogSpec {
    if (mostLineBytes < 1 || allowedLatenessMillis < 0 || maxAheadMillis < 0) {
      throw new IllegalArgumentException(
          "the largest line must have at least a byte, and no time may be negative");
    }
    if (collapse && !dedup) {
      throw new IllegalArgumentException(
          "lines that say the same are found only where each is taken once; leave --collapse or"
              + " --dedup false out");
    }
  }
}
