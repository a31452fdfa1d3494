package io.millrace.operator.sketch;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/** A stream of updates, made before anything is timed. */
final class Updates {
  /** What the items look like. */
  enum Form {
    /** 64-bit numbers that are their own hashes. */
    KEYS,
    /** Paths such as /articles/1234567, each in UTF-8 and as a String whose hash code is known. */
    STRINGS,
    /** Strings that all have one hash code. */
    COLLIDING
  }

  /** All weights are 1 here, so the weights that make GROWING hard are missing. */
  static final List<ItemStream> STREAMS =
      List.of(
          ItemStream.ZIPF_1_1,
          ItemStream.ZIPF_1_5,
          ItemStream.UNIFORM,
          ItemStream.LATE_RISER,
          ItemStream.ROUND_ROBIN);

  /** As many as the streams are made for. */
  static final int COUNT = 10_000_000;

  /** 40 characters can be made of 2^20 choices between Aa and BB, which have one hash code. */
  private static final int CHOICES = 20;

  /** What takes quadratic time would take it for long. */
  private static final int COLLIDING_PARTS = 200;

  private static final int FIRST_PATH = 1_000_000;

  final Form form;

  /** The number of each update's item. */
  final int[] items;

  /** The key of each update's item, and its eight bytes; of {@link Form#KEYS} only. */
  final long[] keys;

  final byte[] keyBytes;

  /** The name of each item by its number; not of {@link Form#KEYS}. */
  final String[] names;

  /** The bytes of all names, {@link #nameLength} each. */
  final byte[] nameBytes;

  final int nameLength;

  Updates(ItemStream stream, Form form, int count) {
    this.form = form;
    items = new int[form == Form.COLLIDING ? count / COLLIDING_PARTS : count];
    IntUnaryOperator numbers = stream.items(new SplittableRandom(7));
    for (int i = 0; i < items.length; i++) {
      items[i] = numbers.applyAsInt(i);
    }
    keys = new long[form == Form.KEYS ? items.length : 0];
    keyBytes = new byte[keys.length * Long.BYTES];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = key(items[i]);
      ItemBytes.LONGS.set(keyBytes, i * Long.BYTES, keys[i]);
    }
    names = new String[form == Form.KEYS ? 0 : ItemStream.ITEMS];
    StringBuilder all = new StringBuilder();
    for (int item = 0; item < names.length; item++) {
      names[item] = form == Form.STRINGS ? "/articles/" + (FIRST_PATH + item) : colliding(item);
      all.append(names[item]);
      if (names[item].hashCode() == 0) {
        throw new IllegalStateException("a String doesn't keep a hash code of 0");
      }
    }
    nameBytes = all.toString().getBytes(StandardCharsets.US_ASCII);
    nameLength = nameBytes.length / Math.max(1, names.length);
  }

  int count() {
    return items.length;
  }

  /** The number of the item that has a name. */
  int item(String name) {
    if (form == Form.STRINGS) {
      return Integer.parseInt(name.substring(name.lastIndexOf('/') + 1)) - FIRST_PATH;
    }
    int item = 0;
    for (int i = 0; i < CHOICES; i++) {
      item |= (name.charAt(2 * i) == 'B' ? 1 : 0) << i;
    }
    return item;
  }

  /** The key of an item: the same for no other. */
  static long key(int item) {
    long key = (item + 1) * 0x9E3779B97F4A7C15L;
    key = (key ^ (key >>> 30)) * 0xBF58476D1CE4E5B9L;
    key = (key ^ (key >>> 27)) * 0x94D049BB133111EBL;
    return key ^ (key >>> 31);
  }

  private static String colliding(int item) {
    StringBuilder name = new StringBuilder(2 * CHOICES);
    for (int i = 0; i < CHOICES; i++) {
      name.append((item >>> i & 1) == 0 ? "Aa" : "BB");
    }
    return name.toString();
  }
}
