package io.millrace.operator.ratelimit;

/**
 * How a key that is limited was used in a window. Of one key and window more than one may be
 * published, where requests come late; they add up.
 *
 * @param dimension what the key is of
 * @param key the key
 * @param windowStart start of the window, inclusive, in milliseconds since the epoch
 * @param windowEnd end of the window, exclusive, in milliseconds since the epoch
 * @param allowed requests that were allowed
 * @param refused requests that were refused, by whichever rule
 * @param cost of those that were allowed, together
 */
public record KeyUsage(
    String dimension,
    String key,
    long windowStart,
    long windowEnd,
    long allowed,
    long refused,
    long cost) {
  /** This and another use of the same key in the same window together. */
  KeyUsage plus(KeyUsage other) {
    return new KeyUsage(
        dimension,
        key,
        windowStart,
        windowEnd,
        allowed + other.allowed,
        refused + other.refused,
        cost + other.cost);
  }
}
