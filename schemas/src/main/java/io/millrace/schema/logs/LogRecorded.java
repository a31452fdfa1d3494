package io.millrace.schema.logs;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a line of a log says. Identity: {@code recordId}.
 *
 * @param recordId topic, partition and offset of its first line
 * @param source what it is a log of
 * @param at when it was logged, in milliseconds since the epoch; when it came in where it says no
 *     time
 * @param level TRACE, DEBUG, INFO, NOTICE, WARN, ERROR or FATAL; absent where it says none
 * @param service what logged it
 * @param host the machine that it was logged on
 * @param message its text, with all lines of it
 * @param fields everything else that it says, by name
 * @param traceId the trace that it belongs to
 * @param topic where it came from
 * @param partition its partition
 * @param offset offset of its first line
 * @param count how many equal ones it stands for
 * @param firstAt when the first of those was logged; absent where it stands for itself
 * @param lastAt when the last of those was logged; absent where it stands for itself
 */
public record LogRecorded(
    String recordId,
    String source,
    long at,
    @Nullable String level,
    @Nullable String service,
    @Nullable String host,
    String message,
    Map<String, String> fields,
    @Nullable String traceId,
    String topic,
    int partition,
    long offset,
    long count,
    @Nullable Long firstAt,
    @Nullable Long lastAt) {}
