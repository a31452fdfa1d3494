package io.millrace.operator.geo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an owner.
 *
 * @param newest the newest position; null where there is none, or none lately
 * @param held a position that waits until viewers may get another one; null where none does
 * @param quietUntil until when viewers get no other one
 * @param forgetsAt when it is looked whether the newest is to be forgotten; 0 where there is none
 * @param places how many places are watched
 * @param pages how many viewers each page has
 */
public record OwnerState(
    @Nullable Position newest,
    @Nullable Position held,
    long quietUntil,
    long forgetsAt,
    int places,
    List<Integer> pages) {
  /** Of an owner of whom nothing is known. */
  static final OwnerState NONE = new OwnerState(null, null, Long.MIN_VALUE, 0, 0, List.of());

  boolean isEmpty() {
    return newest == null
        && held == null
        && places == 0
        && Collections.frequency(pages, 0) == pages.size();
  }

  OwnerState withNewest(@Nullable Position position, long nextForgetsAt) {
    return new OwnerState(position, held, quietUntil, nextForgetsAt, places, pages);
  }

  OwnerState withHeld(@Nullable Position position, long until) {
    return new OwnerState(newest, position, until, forgetsAt, places, pages);
  }

  OwnerState withPlaces(int count) {
    return new OwnerState(newest, held, quietUntil, forgetsAt, count, pages);
  }

  /** The same with a viewer more or less on a page, which may be one behind the last. */
  OwnerState withViewers(int page, int more) {
    List<Integer> changed = new ArrayList<>(pages);
    if (page == changed.size()) {
      changed.add(0);
    }
    changed.set(page, changed.get(page) + more);
    return new OwnerState(newest, held, quietUntil, forgetsAt, places, changed);
  }

  /** The first page that has room, which may be one behind the last. */
  int roomyPage() {
    for (int page = 0; page < pages.size(); page++) {
      if (pages.get(page) < ShareSpec.PAGE_VIEWERS) {
        return page;
      }
    }
    return pages.size();
  }
}
