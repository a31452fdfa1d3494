package io.millrace.operator.logs;

import java.util.Map;

/**
 * A version of what is known of a service.
 *
 * @param name the service
 * @param version greater in each version
 * @param at it is for records of that time and later, in milliseconds since the epoch
 * @param attributes what their fields tell of it, by names without {@link #PREFIX}
 * @param deleted whether nothing is known from then on
 */
public record LogService(
    String name, long version, long at, Map<String, String> attributes, boolean deleted) {
  /** What the names of such fields begin with. */
  public static final String PREFIX = "service.";
}
