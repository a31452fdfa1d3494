package io.millrace.operator.sketch;

import java.util.Arrays;

/** A place for the bytes of an item, set anew for every item: nothing is copied. */
public final class ItemSlice {
  private byte[] bytes = {};
  private int start;
  private int length;

  /** Sets the item to a string. */
  public void set(String item) {
    byte[] encoded = ItemBytes.of(item);
    set(encoded, 0, encoded.length);
  }

  /**
   * Sets the item to a part of an array, which must stay as it is until the next item is set.
   *
   * @param bytes holds the item in UTF-8
   */
  public void set(byte[] bytes, int start, int length) {
    this.bytes = bytes;
    this.start = start;
    this.length = length;
  }

  /** The array that the item is a part of. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where in {@link #bytes} the item starts. */
  public int start() {
    return start;
  }

  /** How many bytes the item has. */
  public int length() {
    return length;
  }

  /** A copy of the item's bytes. */
  public byte[] copy() {
    return Arrays.copyOfRange(bytes, start, start + length);
  }

  /** A hash of the item under a seed: the same in every process and version. */
  public long stableHash(long seed) {
    return ItemBytes.hash(seed, bytes, start, length);
  }

  /** Adds the item to a sketch. */
  public void addTo(TopKSketch sketch, long weight) {
    sketch.add(ItemBytes.hash(bytes, start, length), bytes, start, length, weight);
  }

  /**
   * Adds the item to a batch.
   *
   * @param weight at least 0
   * @return whether the batch is full
   */
  public boolean addTo(ItemBatch batch, long weight) {
    return batch.add(ItemBytes.hash(bytes, start, length), bytes, start, length, weight);
  }

  @Override
  public String toString() {
    return ItemBytes.toString(bytes, start, length);
  }
}
