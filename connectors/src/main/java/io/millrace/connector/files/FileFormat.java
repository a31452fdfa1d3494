package io.millrace.connector.files;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the rows of a file look like. */
public enum FileFormat {
  /** RFC 4180, in UTF-8; the first row names the columns. */
  CSV(".csv"),
  /** A JSON object a line. */
  JSONL(".jsonl"),
  /** A JSON array of objects. */
  JSON(".json"),
  /** Elements of one name, anywhere in an XML document. */
  XML(".xml");

  private final String suffix;

  FileFormat(String suffix) {
    this.suffix = suffix;
  }

  /** The name that options know it by. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The format that the name of a file ends with, compressed or not; null for none. */
  static @Nullable FileFormat ofName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    String plain = lower.endsWith(".gz") ? lower.substring(0, lower.length() - 3) : lower;
    for (FileFormat format : values()) {
      if (plain.endsWith(format.suffix)) {
        return format;
      }
    }
    return plain.endsWith(".ndjson") ? JSONL : null;
  }
}
