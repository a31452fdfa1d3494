package io.millrace.connector.files;

import java.io.Serializable;

/**
 * A file as a listing shows it.
 *
 * @param name its name in its directory
 * @param size its size in bytes
 * @param modifiedAt when it was last changed, in milliseconds since the epoch, as exact as its
 *     server says it
 */
public record FileStat(String name, long size, long modifiedAt) implements Serializable {
  private static final int MAX_NAME_CHARS = 255;

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException where it is not {@linkplain #isName a name}
   */
  public FileStat {
    requireName(name);
  }

  /**
   * Whether a text is the name of a file in a directory: one part of a path, not more, without
   * control characters. What a server lists under another name is not read.
   */
  public static boolean isName(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_NAME_CHARS
        && !text.equals(".")
        && !text.equals("..")
        && text.indexOf('/') < 0
        && text.indexOf('\\') < 0
        && text.chars().noneMatch(Character::isISOControl);
  }

  /**
   * Refuses what is not a name.
   *
   * @throws IllegalArgumentException where it would lead out of its directory
   */
  static String requireName(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException("not the name of a file in its directory");
    }
    return name;
  }
}
