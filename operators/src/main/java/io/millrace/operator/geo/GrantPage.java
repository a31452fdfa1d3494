package io.millrace.operator.geo;

import io.millrace.operator.sketch.Utf8Order;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The grants of some viewers of an owner.
 *
 * <p><b>Space</b>: O(grants). <b>Time</b>: O(grants) for a position or a change.
 *
 * @param grants by viewer, those of one viewer from the finest to the coarsest
 */
public record GrantPage(List<Grant> grants) {
  /** No grants. */
  public static final GrantPage EMPTY = new GrantPage(List.of());

  private static final Comparator<Grant> ORDER =
      Comparator.comparing(Grant::viewerId)
          .thenComparingDouble(Grant::precisionMeters)
          .thenComparing(Grant::grantId, Utf8Order.INSTANCE);

  /** Lays the grants out for decisions. */
  public GrantPage {
    grants = Grants.of(grants);
  }

  /** The grant of that id; null where there is none. */
  public @Nullable Grant find(String grantId) {
    for (Grant grant : grants) {
      if (grant.grantId().equals(grantId)) {
        return grant;
      }
    }
    return null;
  }

  /** The same with a grant, which replaces another of its id. */
  public GrantPage with(Grant added) {
    List<Grant> changed = new ArrayList<>(without(added.grantId()).grants);
    int index = 0;
    while (index < changed.size() && ORDER.compare(changed.get(index), added) < 0) {
      index++;
    }
    changed.add(index, added);
    return new GrantPage(changed);
  }

  /** The same without a grant. */
  public GrantPage without(String grantId) {
    List<Grant> changed = new ArrayList<>(grants);
    changed.removeIf(grant -> grant.grantId().equals(grantId));
    return new GrantPage(changed);
  }

  /** Tells for each viewer who may see a position the finest grant that allows it. */
  public void audience(Position position, Consumer<Grant> seen) {
    Grants laidOut = Grants.of(grants);
    boolean isTold = false;
    for (int i = 0; i < laidOut.size(); i++) {
      isTold = isTold && laidOut.goesOn(i);
      if (!isTold && laidOut.admits(i, position)) {
        isTold = true;
        seen.accept(laidOut.get(i));
      }
    }
  }
}
