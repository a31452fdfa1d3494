package io.millrace.operator.dedup;

import java.util.SplittableRandom;

/** How much memory ids take. */
public final class IdTableSize {
  private IdTableSize() {}

  /** Bytes of each of so many ids. */
  public static double bytesOf(int ids) {
    IdTable table = new IdTable();
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < ids; i++) {
      table.add(random.nextLong(), 0, 1, Long.MIN_VALUE);
    }
    return table.memoryBytes() / (double) ids;
  }
}
