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

  /** Has grants of one viewer share one object as its id, by which they are told. */
  public GrantPage {
    grants = sharing(grants);
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
    String told = null;
    for (Grant grant : grants) {
      if (!isSame(grant.viewerId(), told) && grant.admits(position)) {
        told = grant.viewerId();
        seen.accept(grant);
      }
    }
  }

  private static List<Grant> sharing(List<Grant> grants) {
    List<Grant> sharing = new ArrayList<>(grants);
    for (int i = 1; i < sharing.size(); i++) {
      Grant grant = sharing.get(i);
      String before = sharing.get(i - 1).viewerId();
      if (grant.viewerId().equals(before) && !isSame(grant.viewerId(), before)) {
        sharing.set(i, grant.of(before));
      }
    }
    return sharing;
  }

  /** Without a look at the texts, which are far away in memory. */
  @SuppressWarnings("ReferenceEquality") // Equal ones are the same: see the constructor.
  private static boolean isSame(String viewerId, @Nullable String other) {
    return viewerId == other;
  }
}
