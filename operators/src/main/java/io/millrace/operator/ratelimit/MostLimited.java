package io.millrace.operator.ratelimit;

import java.util.List;

/**
 * The keys of a dimension of which the most requests were refused in a window.
 *
 * @param dimension what they are keys of
 * @param windowEnd end of the window, exclusive, in milliseconds since the epoch
 * @param keys the most refused first, then by key; empty where none was refused
 */
public record MostLimited(String dimension, long windowEnd, List<KeyUsage> keys) {}
