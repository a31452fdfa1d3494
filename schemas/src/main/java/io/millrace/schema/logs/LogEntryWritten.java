package io.millrace.schema.logs;

import io.millrace.schema.codec.EventTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record of a log as programs write it in Avro, for {@code logs.raw}.
 *
 * @param at when it was logged
 * @param level how grave it is, such as INFO or warning
 * @param message its text
 * @param service what logged it
 * @param host the machine that it was logged on
 * @param traceId the trace that it belongs to
 * @param logger the part of the program
 * @param thread the thread
 * @param fields everything else, by name
 */
public record LogEntryWritten(
    @EventTime long at,
    @Nullable String level,
    String message,
    @Nullable String service,
    @Nullable String host,
    @Nullable String traceId,
    @Nullable String logger,
    @Nullable String thread,
    Map<String, String> fields) {}
