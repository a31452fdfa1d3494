package io.millrace.connector.opensearch;

import java.io.Serializable;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/**
 * Indices that are one for each day of UTC, such as {@code logs-2026.11.24}, and their template.
 *
 * @param name what all of their names begin with
 * @param file makes them: a template without patterns, a file of this package or, with a path,
 *     elsewhere on the class path
 */
public record OpenSearchIndex(String name, String file) implements Serializable {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,199}");
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuu.MM.dd").withZone(ZoneOffset.UTC);
  private static final long FIRST = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();
  private static final long LAST = Instant.parse("9999-12-31T23:59:59Z").toEpochMilli();

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException where OpenSearch has no indices of such a name
   */
  public OpenSearchIndex {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "\""
              + name
              + "\" can't be the name of an index of OpenSearch; let --topic-prefix begin with a"
              + " letter or digit and have no capitals, or give --stores none");
    }
  }

  /** The index of a time, in milliseconds since the epoch; years are from 0 to 9999. */
  public String of(long atMillis) {
    return name + "-" + DAY.format(Instant.ofEpochMilli(Math.max(FIRST, Math.min(LAST, atMillis))));
  }

  /** All of them, as requests name them. */
  public String pattern() {
    return name + "-*";
  }
}
