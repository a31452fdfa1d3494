package io.millrace.operator.logs;

import org.jspecify.annotations.Nullable;

/** The counts of a stream while they change. */
final class LineTally {
  /** Whether it differs from what is stored of it. */
  boolean isChanged;

  long lastOffset = -1;
  long lastAt;
  long in;
  long indexed;
  long duplicate;
  long collapsed;
  long filtered;
  long joined;
  long deadLetters;

  /** Lines that wait for what is to be known of them. */
  int queued;

  /** Lines of the record that has no end yet, and how many bytes they have. */
  int open;

  int openBytes;

  /** Whether a record is held back, since equal ones may follow it. */
  boolean holds;

  /** When by the clock the stream is looked at again; 0 for not at all. */
  long wakeAt;

  /** When by the clock the last line came. */
  long lastLineAt;

  /**
   * The same as it is kept.
   *
   * @param counts what became of the lines
   * @param queued lines that wait
   * @param open lines of the record that has no end yet
   * @param openBytes their bytes
   * @param holds whether a record is held back
   * @param wakeAt when the stream is looked at again
   * @param lastLineAt when the last line came
   */
  public record Kept(
      LineCounts counts,
      int queued,
      int open,
      int openBytes,
      boolean holds,
      long wakeAt,
      long lastLineAt) {}

  static LineTally of(@Nullable Kept kept) {
    LineTally tally = new LineTally();
    if (kept != null) {
      LineCounts counts = kept.counts();
      tally.lastOffset = counts.lastOffset();
      tally.lastAt = counts.lastAt();
      tally.in = counts.in();
      tally.indexed = counts.indexed();
      tally.duplicate = counts.duplicate();
      tally.collapsed = counts.collapsed();
      tally.filtered = counts.filtered();
      tally.joined = counts.joined();
      tally.deadLetters = counts.deadLetters();
      tally.queued = kept.queued();
      tally.open = kept.open();
      tally.openBytes = kept.openBytes();
      tally.holds = kept.holds();
      tally.wakeAt = kept.wakeAt();
      tally.lastLineAt = kept.lastLineAt();
    }
    return tally;
  }

  LineCounts counts() {
    return new LineCounts(
        lastOffset,
        lastAt,
        in,
        indexed,
        duplicate,
        collapsed,
        filtered,
        joined,
        deadLetters,
        queued + open + (holds ? 1 : 0));
  }

  Kept kept() {
    return new Kept(counts(), queued, open, openBytes, holds, wakeAt, lastLineAt);
  }
}
