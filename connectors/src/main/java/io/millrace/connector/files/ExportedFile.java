package io.millrace.connector.files;

/**
 * A file that was written, as the acknowledgement beside it says.
 *
 * @param name its name in its directory
 * @param rows how many rows it has
 * @param bytes how many bytes, as it is there
 * @param sha256 SHA-256 of these, in hexadecimal
 * @param windowStart start of the window whose rows it has, in milliseconds since the epoch
 * @param windowEnd end of that window, exclusive, likewise
 */
public record ExportedFile(
    String name, long rows, long bytes, String sha256, long windowStart, long windowEnd) {
  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException where it would lead out of its directory
   */
  public ExportedFile {
    FileStat.requireName(name);
  }
}
