package io.millrace.schema.web;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.Range;
import org.jspecify.annotations.Nullable;

/**
 * A web server answered a request.
 *
 * @param at when the request arrived
 * @param client address or host name of the client
 * @param path the target's part before {@code ?}, undecoded, its case kept
 * @param method HTTP method as sent
 * @param url the target as sent, query included
 * @param status HTTP status code
 * @param bytes size of the response body in bytes; at most 1 TiB
 * @param referrer the {@code Referer} header
 * @param userAgent the {@code User-Agent} header
 */
public record RequestServed(
    @EventTime long at,
    @MaxLength(1024) String client,
    @MaxLength(16_384) String path,
    @MaxLength(256) @Nullable String method,
    @MaxLength(16_384) @Nullable String url,
    @Range(min = 0, max = 999) @Nullable Integer status,
    @Range(min = 0, max = 1L << 40) @Nullable Long bytes,
    @MaxLength(16_384) @Nullable String referrer,
    @MaxLength(16_384) @Nullable String userAgent) {}
