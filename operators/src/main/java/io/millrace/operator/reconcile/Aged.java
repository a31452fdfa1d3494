package io.millrace.operator.reconcile;

import org.jspecify.annotations.Nullable;

/**
 * A break stands, has reached an age, or no longer stands.
 *
 * @param broken the break as it is now
 * @param from its age before; null where it did not stand
 * @param to its age now; null where it does not stand
 */
public record Aged(PairBreak broken, @Nullable Age from, @Nullable Age to) {
  /** When it reached its age, in milliseconds since the epoch. */
  public long at() {
    return broken.openedAt() + (to == null ? 0 : to.millis());
  }

  /** Whether somebody should hear of it: it stood before, and is older now. */
  public boolean isEscalation() {
    return from != null && to != null;
  }
}
