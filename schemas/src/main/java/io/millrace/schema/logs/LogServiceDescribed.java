package io.millrace.schema.logs;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.Range;
import io.millrace.schema.codec.SelfChecking;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A version of what is known of a service was made. Identity: {@code (service, version)}; of the
 * versions that apply at a time the greatest counts.
 *
 * @param service the service, as records name it
 * @param version greater in each version
 * @param at records of that time and later are told of it
 * @param attributes texts by name, such as {@code team} or {@code tier}: at most 64, with names of
 *     at most 128 and values of at most 1,024 characters. They are fields {@code service.<name>} of
 *     the records
 * @param deleted whether nothing is known of it from then on
 */
@SelfChecking
public record LogServiceDescribed(
    @MaxLength(256) String service,
    @Range(min = 0, max = Long.MAX_VALUE) long version,
    @EventTime long at,
    @Nullable Map<String, String> attributes,
    @Nullable Boolean deleted) {
  private static final int MOST_ATTRIBUTES = 64;
  private static final int LONGEST_NAME = 128;
  private static final int LONGEST_VALUE = 1_024;

  /**
   * Checks what the fields alone don't say.
   *
   * @throws IllegalArgumentException where there are too many attributes, or one is too long or has
   *     no name
   */
  public LogServiceDescribed {
    if (attributes != null) {
      if (attributes.size() > MOST_ATTRIBUTES) {
        throw new IllegalArgumentException(
            "attributes has " + attributes.size() + " names, at most 64 may be");
      }
      attributes.forEach(LogServiceDescribed::require);
    }
  }

  private static void require(String name, @Nullable String value) {
    if (name.isBlank() || name.length() > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "the name of an attribute must have from 1 to 128 characters, found \"" + name + "\"");
    }
    if (value == null || value.length() > LONGEST_VALUE) {
      throw new IllegalArgumentException(
          "attribute \"" + name + "\" must be a text of at most 1,024 characters");
    }
  }
}
