package io.millrace.operator.reconcile;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What waits for its turn: an entry, or a decision.
 *
 * @param at its time, in milliseconds since the epoch
 * @param id its id, by which things of one time are put in order
 * @param entry an entry; null where it is a decision
 * @param repeats id of the entry that it is known to be a duplicate of; empty for none
 * @param resolution a decision; null where it is an entry
 * @param side by which rule an entry waits that was handed over; null of others
 */
public record Waiting(
    long at,
    String id,
    @Nullable LedgerEntry entry,
    String repeats,
    @Nullable Resolution resolution,
    @Nullable Side side) {
  /** An entry. */
  static Waiting of(LedgerEntry entry, String repeats) {
    return new Waiting(entry.at(), entry.entryId(), entry, repeats, null, null);
  }

  /** A decision. */
  static Waiting of(Resolution resolution) {
    return new Waiting(resolution.at(), resolution.resolutionId(), null, "", resolution, null);
  }

  /** By time, at one time entries before decisions, then by id, and duplicates last. */
  static final Comparator<Waiting> ORDER =
      Comparator.comparingLong(Waiting::at)
          .thenComparing(waiting -> waiting.entry() == null)
          .thenComparing(Waiting::id)
          .thenComparing(Waiting::repeats)
          .thenComparingLong(
              waiting -> waiting.entry() == null ? 0 : waiting.entry().amountMinor());
}
