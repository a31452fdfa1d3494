package io.millrace.connector.archive;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the files of an archive look like. */
enum ArchiveFormat {
  /** A JSON object a line. */
  JSON(".jsonl"),
  /** Apache Parquet, its columns those of the rows' Avro schema, compressed with Zstandard. */
  PARQUET(".parquet");

  private final String suffix;

  ArchiveFormat(String suffix) {
    this.suffix = suffix;
  }

  /** What it is asked for by. */
  String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What its files end in. */
  String suffix() {
    return suffix;
  }

  /**
   * The format of that code.
   *
   * @throws IllegalArgumentException where there is none; the message says which there are
   */
  static ArchiveFormat of(String code) {
    for (ArchiveFormat format : values()) {
      if (format.code().equals(code)) {
        return format;
      }
    }
    throw new IllegalArgumentException(
        String.format(
            "no format \"%s\"; valid for --archive-format: %s",
            code,
            Arrays.stream(values()).map(ArchiveFormat::code).collect(Collectors.joining(", "))));
  }
}
