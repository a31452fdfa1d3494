package io.millrace.connector.files;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How files are read.
 *
 * @param format what all of them look like; null where the suffix of each says so
 * @param columns names of the columns of CSV files that have none in their first row; empty where
 *     they have
 * @param recordElement name of the elements of XML that are rows, without a prefix
 * @param timeField the field with the time of a row; null where a row has that of its file
 * @param maxRowBytes the largest row, in bytes; a larger one is refused
 * @param limits what an archive may hold
 */
public record FormatSpec(
    @Nullable FileFormat format,
    List<String> columns,
    String recordElement,
    @Nullable String timeField,
    int maxRowBytes,
    ArchiveLimits limits)
    implements Serializable {

  /** The largest row that may be asked for: with its framing it must fit into one Kafka record. */
  public static final int MOST_ROW_BYTES = 896 * 1024;

  /**
   * Bounds on what an archive unpacks to, beyond which it is damaged.
   *
   * @param maxEntries files in one ZIP archive
   * @param maxBytes unpacked bytes of one archive
   * @param maxRatio unpacked to packed bytes, once there are more than 16 MiB of the former
   */
  public record ArchiveLimits(int maxEntries, long maxBytes, int maxRatio) implements Serializable {
    /** Room for what people send, none for what is made to burst. */
    public static final ArchiveLimits DEFAULT = new ArchiveLimits(1_000, 1L << 40, 200);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException where one is not positive
     */
    public ArchiveLimits {
      if (maxEntries < 1 || maxBytes < 1 || maxRatio < 1) {
        throw new IllegalArgumentException("limits of archives must be positive");
      }
    }
  }

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException where columns have no name or one name, or the largest row is
   *     out of its range
   */
  public FormatSpec {
    columns = List.copyOf(columns);
    if (columns.stream().anyMatch(String::isBlank)
        || new HashSet<>(columns).size() < columns.size()) {
      throw new IllegalArgumentException("columns must have names of their own");
    }
    if (recordElement.isBlank()) {
      throw new IllegalArgumentException("the record element must have a name");
    }
    if (maxRowBytes < 1 || maxRowBytes > MOST_ROW_BYTES) {
      throw new IllegalArgumentException(
          "the largest row must have from 1 to " + MOST_ROW_BYTES + " bytes");
    }
  }
}
