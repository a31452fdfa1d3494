package io.millrace.schema.ratelimit;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.Range;
import org.jspecify.annotations.Nullable;

/**
 * A request asks whether it may go on. Identity: {@code requestId}.
 *
 * @param requestId id of the request; a repetition of it gets the same verdict
 * @param at when it was made
 * @param user who sends it
 * @param apiKey key of the application that sends it
 * @param ip address that it comes from
 * @param tier of whoever sends it
 * @param route what it asks for
 * @param cost what it takes of each limit, at most 10^9; 1 where absent; 0 only asks
 */
public record RequestReceived(
    @MaxLength(1024) String requestId,
    @EventTime long at,
    @MaxLength(1024) @Nullable String user,
    @MaxLength(1024) @Nullable String apiKey,
    @MaxLength(1024) @Nullable String ip,
    @MaxLength(256) @Nullable String tier,
    @MaxLength(1024) @Nullable String route,
    @Range(min = 0, max = 1_000_000_000) @Nullable Long cost) {}
