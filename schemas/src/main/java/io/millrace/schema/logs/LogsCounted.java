package io.millrace.schema.logs;

import org.jspecify.annotations.Nullable;

/**
 * How much a source logged in a minute. Identity: source, level and window.
 *
 * @param source the source
 * @param level the level; absent for records without one
 * @param windowStart start of the minute, in milliseconds since the epoch
 * @param windowEnd its end, exclusive
 * @param count how many records there were
 */
public record LogsCounted(
    String source, @Nullable String level, long windowStart, long windowEnd, long count) {}
