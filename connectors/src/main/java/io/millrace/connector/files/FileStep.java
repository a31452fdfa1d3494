package io.millrace.connector.files;

import io.millrace.connector.files.FileEvent.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What a task found next in a file, before it counts.
 *
 * @param kind what
 * @param row the row; null where it is none
 * @param at time of the row, in milliseconds since the epoch
 * @param position where the next row is
 */
record FileStep(Kind kind, @Nullable Row row, long at, long position) {}
