package io.millrace.operator.state;

import java.util.Arrays;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Keys for operators that keep the state of many items under one key: one for each key group, so
 * that every task has equally much of it.
 */
public final class KeyGroupKeys {
  /** How many keys there are: key groups where the maximum parallelism is the same. */
  public static final int COUNT = 128;

  private static final int NONE = -1;
  private static final int[] KEYS = keys();

  private KeyGroupKeys() {}

  /**
   * The key of an item.
   *
   * @param hash of the item; its lowest bits count
   */
  public static int of(long hash) {
    return KEYS[index(hash)];
  }

  /** The number of the key of an item, from 0. */
  public static int index(long hash) {
    return (int) hash & (COUNT - 1);
  }

  /** The key of that number. */
  public static int at(int index) {
    return KEYS[index];
  }

  /** The number of a key. */
  public static int indexOf(int key) {
    return KeyGroupRangeAssignment.assignToKeyGroup(key, COUNT);
  }

  /** Of each key group the least number that belongs to it: part of the layout of state. */
  private static int[] keys() {
    int[] keys = new int[COUNT];
    Arrays.fill(keys, NONE);
    int found = 0;
    for (int key = 0; found < COUNT; key++) {
      int group = indexOf(key);
      if (keys[group] == NONE) {
        keys[group] = key;
        found++;
      }
    }
    return keys;
  }
}
