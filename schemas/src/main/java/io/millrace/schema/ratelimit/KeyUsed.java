package io.millrace.schema.ratelimit;

/**
 * How a key that a rule limits was used in a window. The rows of one {@code (dimension, key,
 * windowStart)} add up; there is more than one where requests came late.
 *
 * @param dimension what the key is of
 * @param key the key; {@code global} for all requests together
 * @param windowStart start of the window, inclusive, in milliseconds since the epoch
 * @param windowEnd end of the window, exclusive, in milliseconds since the epoch
 * @param allowed requests that were allowed
 * @param refused requests that were refused, by whichever rule
 * @param cost of those that were allowed, together
 */
public record KeyUsed(
    String dimension,
    String key,
    long windowStart,
    long windowEnd,
    long allowed,
    long refused,
    long cost) {}
