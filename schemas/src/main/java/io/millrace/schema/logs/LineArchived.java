package io.millrace.schema.logs;

import io.millrace.schema.codec.EventTime;
import org.jspecify.annotations.Nullable;

/**
 * A line as it came in, kept for good; a row of the archive. Of {@code line} and {@code base64} at
 * most one is there: neither for a record without a value.
 *
 * @param source what it is a log of; empty where it doesn't say
 * @param line its bytes as text, where they are UTF-8
 * @param base64 its bytes in base64, where they are not
 * @param at the timestamp of its record in Kafka
 * @param topic where it came in
 * @param partition its partition
 * @param offset its place there
 */
public record LineArchived(
    String source,
    @Nullable String line,
    @Nullable String base64,
    @EventTime long at,
    String topic,
    int partition,
    long offset) {}
