package io.millrace.operator.geo;

import org.jspecify.annotations.Nullable;

/**
 * The next that happens to a page of an owner's viewers.
 *
 * @param ownerId whose
 * @param page which
 * @param at when, in milliseconds since the epoch
 * @param given a grant that is given; null where none is
 * @param ended id of a grant that ends; null where none does
 * @param position where the owner was; null where that is not what happened
 */
public record ShareStep(
    String ownerId,
    int page,
    long at,
    @Nullable Grant given,
    @Nullable String ended,
    @Nullable Position position) {
  /** The key of the page. */
  public String key() {
    return page + ":" + ownerId;
  }
}
