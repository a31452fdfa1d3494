package io.millrace.operator.topk;

import io.millrace.operator.sketch.ItemBytes;
import io.millrace.operator.sketch.TopKSketch;

/**
 * What one task counted of one bucket in one pane since it last handed its counts on.
 *
 * <p>The task that counts decides in which windows: those that its watermark had not closed.
 *
 * @param bucket the key
 * @param paneStart start of the pane, in milliseconds since the epoch
 * @param firstWindowEnd end of the first window that these counts belong to
 * @param sketch a {@link TopKSketch} in its binary form, or that of other counts
 */
@SuppressWarnings("ArrayRecordComponent") // A message: written, read and never compared.
public record PartialCount(Bucket bucket, long paneStart, long firstWindowEnd, byte[] sketch) {

  /**
   * The part of a dimension's items that have the same hash.
   *
   * @param dimension name of the dimension
   * @param index from 0 to 127
   */
  public record Bucket(String dimension, int index) {

    /** How many buckets there are of a dimension. */
    public static final int COUNT = HeavyHittersSpec.BUCKETS;

    /** Places the key in its key group: a part of the state's layout, so spelled out. */
    @Override
    public int hashCode() {
      return 31 * dimension.hashCode() + index;
    }

    /** The index of an item's bucket: the same on every machine and in every version. */
    public static int indexOf(byte[] bytes, int start, int length) {
      // The last step of MurmurHash3 spreads what String.hashCode leaves in the low bits.
      int hash = ItemBytes.stringHash(bytes, start, length);
      hash ^= hash >>> 16;
      hash *= 0x85ebca6b;
      hash ^= hash >>> 13;
      hash *= 0xc2b2ae35;
      hash ^= hash >>> 16;
      return hash & (HeavyHittersSpec.BUCKETS - 1);
    }
  }
}
