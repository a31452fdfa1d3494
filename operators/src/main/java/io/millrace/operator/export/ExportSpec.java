package io.millrace.operator.export;

import io.millrace.operator.window.PanedWindows;
import java.io.Serializable;

/**
 * How rows are put into windows.
 *
 * @param windows tumbling windows
 * @param parts into how many parts the rows of a window are divided, from 1 to {@value #MOST_PARTS}
 */
public record ExportSpec(PanedWindows windows, int parts) implements Serializable {
  /** The most parts of a window. */
  public static final int MOST_PARTS = 1_000;

  private static final int SPREAD = 31;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException where windows overlap, or there are no parts or too many
   */
  public ExportSpec {
    if (windows.slideMillis() != windows.sizeMillis()) {
      throw new IllegalArgumentException("windows of rows must not overlap");
    }
    if (parts < 1 || parts > MOST_PARTS) {
      throw new IllegalArgumentException(
          "the files of a window must be from 1 to " + MOST_PARTS + ", found " + parts);
    }
  }

  /** The window of a row, and its part of it: the same whenever it comes. */
  RowWindow windowOf(WindowRow row) {
    long start = windows.paneStart(row.at());
    int part = (int) Math.floorMod(row.offset() * SPREAD + row.partition(), (long) parts);
    return new RowWindow(row.stream(), start, start + windows.sizeMillis(), part, parts);
  }

  /** The watermark at which a window is complete. */
  long closeTime(RowWindow window) {
    return windows.closeTime(window.end());
  }
}
