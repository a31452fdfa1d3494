package io.millrace.operator.sketch;

import java.util.Arrays;

/**
 * Items that wait to be added to a sketch together. A table of items is larger than the processor's
 * cache, and each update waits for memory; in a batch these waits overlap.
 *
 * <p><b>Space</b>: at first about 3 KiB; with long items up to twice the bytes of one batch, which
 * is full when it has 16 KiB of them.
 *
 * <p>Not safe for use by several threads.
 */
public final class ItemBatch {
  /** Enough that waits overlap, few enough that what was fetched first is still there. */
  static final int ITEMS = 64;

  private static final int FIRST_BYTES = ITEMS * 24;
  private static final int MANY_BYTES = 16 << 10;
  private static final int OBJECT_BYTES = 128;

  private final long[] hashes = new long[ITEMS];
  private final long[] weights = new long[ITEMS];
  private final int[] ends = new int[ITEMS];
  private byte[] bytes = new byte[FIRST_BYTES];
  private int size;

  /** What looking at the table has given; only so that it isn't left out as useless. */
  @SuppressWarnings("UnusedVariable")
  private long fetched;

  /**
   * Adds an item, which is copied.
   *
   * @param hash what {@link ItemBytes#hash(byte[], int, int)} says of it
   * @param weight at least 0
   * @return whether the batch is full: then {@link #addTo} is due
   */
  boolean add(long hash, byte[] source, int start, int length, long weight) {
    int at = size == 0 ? 0 : ends[size - 1];
    if (length > bytes.length - at) {
      bytes = Arrays.copyOf(bytes, Math.max(at + length, 2 * bytes.length));
    }
    ItemBytes.copy(source, start, bytes, at, length);
    hashes[size] = hash;
    weights[size] = weight;
    ends[size] = at + length;
    return ++size == ITEMS || at + length > MANY_BYTES;
  }

  /** Adds the items to a sketch, in the order they came; the batch is empty then. */
  public void addTo(AdaptiveCounts sketch) {
    fetched ^= sketch.table.fetch(hashes, size);
    int start = 0;
    for (int i = 0; i < size; i++) {
      int end = ends[i];
      sketch.add(hashes[i], bytes, start, end - start, weights[i]);
      start = end;
    }
    size = 0;
  }

  /** Memory held, in bytes. */
  public long memoryBytes() {
    return OBJECT_BYTES + ITEMS * (2L * Long.BYTES + Integer.BYTES) + bytes.length;
  }
}
