package io.millrace.connector.files;

import org.jspecify.annotations.Nullable;

/**
 * What came of the rows of a file so far: those in are those out and those refused.
 *
 * @param rowsIn rows that were read; the rest of a damaged file counts as one
 * @param rowsOut rows with fields
 * @param refused rows without
 * @param firstAt the least time of a row; null where there is none
 * @param lastAt the greatest time of a row; null where there is none
 */
public record FileTally(
    long rowsIn, long rowsOut, long refused, @Nullable Long firstAt, @Nullable Long lastAt) {
  static final FileTally NONE = new FileTally(0, 0, 0, null, null);

  /**
   * Checks the law.
   *
   * @throws IllegalArgumentException where rows were lost or made up
   */
  public FileTally {
    if (rowsIn != rowsOut + refused) {
      throw new IllegalArgumentException("rows in must be rows out and refused ones");
    }
  }

  FileTally withRow(long at) {
    return new FileTally(
        rowsIn + 1,
        rowsOut + 1,
        refused,
        firstAt == null ? at : Math.min(firstAt, at),
        lastAt == null ? at : Math.max(lastAt, at));
  }

  FileTally withRefused() {
    return new FileTally(rowsIn + 1, rowsOut, refused + 1, firstAt, lastAt);
  }
}
