package io.millrace.operator.geo;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * Grants that never change, with what decides about each position laid out side by side: most of a
 * decision is the wait for memory, of which this touches little.
 */
final class Grants extends AbstractList<Grant> implements RandomAccess {
  private final Grant[] grants;

  /** From when on and until before when each may be used, in turn. */
  private final long[] times;

  private final @Nullable Fence[] fences;

  /** Whether a grant is of the same viewer as the one before it. */
  private final boolean[] goesOn;

  private Grants(List<Grant> from) {
    grants = from.toArray(new Grant[0]);
    times = new long[2 * grants.length];
    fences = new Fence[grants.length];
    goesOn = new boolean[grants.length];
    for (int i = 0; i < grants.length; i++) {
      times[2 * i] = grants[i].at();
      times[2 * i + 1] = grants[i].expiresAt();
      fences[i] = grants[i].fence();
      goesOn[i] = i > 0 && grants[i].viewerId().equals(grants[i - 1].viewerId());
    }
  }

  /** Those of a list. */
  static Grants of(List<Grant> from) {
    return from instanceof Grants grants ? grants : new Grants(from);
  }

  /** Whether a grant allows a position to be seen. */
  boolean admits(int index, Position position) {
    long at = position.at();
    if (at < times[2 * index] || at >= times[2 * index + 1]) {
      return false;
    }
    Fence fence = fences[index];
    return fence == null || fence.admits(position.latitude(), position.longitude());
  }

  /** Whether a grant is of the same viewer as the one before it. */
  boolean goesOn(int index) {
    return goesOn[index];
  }

  @Override
  public Grant get(int index) {
    return grants[index];
  }

  @Override
  public int size() {
    return grants.length;
  }
}
