package io.millrace.operator.ratelimit;

import io.millrace.operator.state.KeyGroupKeys;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * What state is kept under: the key of one dimension, in the group of keys that one task decides.
 * Keys of one group are in one key group of Flink's, whatever they are called.
 *
 * @param group names the group, by one of {@link KeyGroupKeys}
 * @param name of the key in its group
 */
record LimitKey(int group, String name) implements Comparable<LimitKey> {
  /** How it is sent and stored. */
  static final TypeInformation<LimitKey> TYPE = new LimitKeyType();

  private static final char SEPARATOR = '|';

  /** The key of a dimension. */
  static LimitKey of(int group, LimitDimension dimension, String key) {
    return new LimitKey(group, dimension.code() + SEPARATOR + key);
  }

  /** What is kept for a whole group. */
  static LimitKey ofGroup(int group) {
    return new LimitKey(group, "");
  }

  /** Which dimension it is a key of. */
  LimitDimension dimension() {
    String code = name.substring(0, name.indexOf(SEPARATOR));
    for (LimitDimension dimension : LimitDimension.values()) {
      if (dimension.code().equals(code)) {
        return dimension;
      }
    }
    throw new IllegalStateException("a key of an unknown dimension in state: " + code);
  }

  /** What it is called in its dimension. */
  String key() {
    return name.substring(name.indexOf(SEPARATOR) + 1);
  }

  /** 64 bits of a hash of a text, the same in every process and version. */
  static long hash(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return RequestFields.hash(bytes, 0, bytes.length);
  }

  /**
   * The group alone says where Flink keeps it. Hence a hash map of keys finds them by their order.
   */
  @Override
  public int hashCode() {
    return group;
  }

  @Override
  public int compareTo(LimitKey other) {
    return group != other.group ? Integer.compare(group, other.group) : name.compareTo(other.name);
  }
}
