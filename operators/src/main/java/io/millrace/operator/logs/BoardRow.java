package io.millrace.operator.logs;

import org.jspecify.annotations.Nullable;

/**
 * A row of a view as it is from now on.
 *
 * @param view name of the view
 * @param id what the row is known by
 * @param at its time, in milliseconds since the epoch
 * @param data what it shows; null where it leaves
 */
public record BoardRow(String view, String id, long at, @Nullable String data) {}
