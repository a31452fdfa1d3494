package io.millrace.schema.logs;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.RawLine;

/**
 * A line of a log came in. Identity: its partition and offset.
 *
 * @param source what it is a log of; how its lines are read is in {@code log.sources}
 * @param line the line
 * @param at when it came in: the timestamp of its record in Kafka
 */
@RawLine
public record LogLineReceived(@MaxLength(256) String source, String line, @EventTime long at) {}
