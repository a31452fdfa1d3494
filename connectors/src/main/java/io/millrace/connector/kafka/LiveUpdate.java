package io.millrace.connector.kafka;

import io.millrace.schema.lane.LiveRow;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a row of a live topic.
 *
 * @param view which view the row is in
 * @param row what it is known by in the view
 * @param now the row as it is now; null where it has left
 */
public record LiveUpdate(String view, String row, @Nullable LiveRow now) {}
