package io.millrace.operator.sketch;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * The exact weight of every item.
 *
 * <p><b>Space</b>: about 200 bytes, and for each distinct item 120 and two per character.
 *
 * <p><b>Time</b>: O(1) per update, O(n log k) for the top k of n items.
 *
 * <p><b>Error</b>: exact. <b>Order</b>: not sensitive. <b>Replay</b>: not idempotent.
 */
public final class ExactCounts implements TopKSketch {
  /*
   * Binary form, big endian: 1 byte algorithm, 1 byte version, 4 bytes number of items,
   * then for each item 4 bytes length, its UTF-8 bytes, 8 bytes weight. An item that has no UTF-8
   * form, because it holds half a surrogate pair, would become equal to others by replacement;
   * its length is written as -1 - (number of chars), its content as 2 bytes a char.
   */
  private static final int ALGORITHM = 0;
  private static final int VERSION = 1;
  private static final int EMPTY_BYTES = 200;
  private static final int ENTRY_BYTES = 120;

  private final Map<String, Weight> weights = new HashMap<>();
  private long total;
  private long memoryBytes = EMPTY_BYTES;

  /** A weight that is added to in place. */
  private static final class Weight {
    private long value;
  }

  @Override
  public void add(String item, long weight) {
    if (weight < 0) {
      throw new IllegalArgumentException("a weight must not be negative, but one is " + weight);
    }
    Weight known = weights.get(item);
    if (known == null) {
      known = new Weight();
      weights.put(item, known);
      memoryBytes += ENTRY_BYTES + 2L * item.length();
    }
    known.value = TopKSketch.saturatedSum(known.value, weight);
    total = TopKSketch.saturatedSum(total, weight);
  }

  @Override
  public void merge(byte[] serialized) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized))) {
      int algorithm = in.readUnsignedByte();
      int version = in.readUnsignedByte();
      if (algorithm != ALGORITHM || version != VERSION) {
        throw new IllegalArgumentException(
            "expected exact counts of version "
                + VERSION
                + ", but the bytes say algorithm "
                + algorithm
                + ", version "
                + version);
      }
      int items = in.readInt();
      if (items < 0) {
        throw new IllegalArgumentException("the bytes of a sketch say " + items + " items");
      }
      for (int left = items; left > 0; left--) {
        add(readItem(in), in.readLong());
      }
      if (in.available() > 0) {
        throw new IllegalArgumentException(
            "the bytes of a sketch go on for " + in.available() + " after their end");
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("the bytes of a sketch end early", e);
    }
  }

  @Override
  public long total() {
    return total;
  }

  @Override
  public long maxError() {
    return 0;
  }

  @Override
  public List<ItemEstimate> top(int k) {
    // The head of the queue is the lightest of the k heaviest so far.
    PriorityQueue<ItemEstimate> heaviest =
        new PriorityQueue<>(ItemEstimate.HEAVIEST_FIRST.reversed());
    for (Map.Entry<String, Weight> entry : weights.entrySet()) {
      long weight = entry.getValue().value;
      if (heaviest.size() < k || weight >= heaviest.element().count()) {
        heaviest.add(ItemEstimate.exact(entry.getKey(), weight));
        if (heaviest.size() > k) {
          heaviest.remove();
        }
      }
    }
    List<ItemEstimate> sorted = new ArrayList<>(heaviest);
    sorted.sort(ItemEstimate.HEAVIEST_FIRST);
    return sorted;
  }

  @Override
  public long memoryBytes() {
    return memoryBytes;
  }

  @Override
  public byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 + 32 * weights.size());
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(ALGORITHM);
      out.writeByte(VERSION);
      out.writeInt(weights.size());
      for (Map.Entry<String, Weight> entry : weights.entrySet()) {
        writeItem(out, entry.getKey());
        out.writeLong(entry.getValue().value);
      }
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  private static void writeItem(DataOutputStream out, String item) throws IOException {
    if (hasUtf8Form(item)) {
      byte[] utf8 = item.getBytes(StandardCharsets.UTF_8);
      out.writeInt(utf8.length);
      out.write(utf8);
    } else {
      out.writeInt(-1 - item.length());
      out.writeChars(item);
    }
  }

  private static String readItem(DataInputStream in) throws IOException {
    int length = in.readInt();
    long bytes = length >= 0 ? length : 2 * (-1L - length);
    if (bytes > in.available()) {
      throw new EOFException();
    }
    if (length >= 0) {
      return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }
    char[] chars = new char[-1 - length];
    for (int i = 0; i < chars.length; i++) {
      chars[i] = in.readChar();
    }
    return new String(chars);
  }

  /** Whether every surrogate in {@code item} is half of a pair. */
  private static boolean hasUtf8Form(String item) {
    for (int i = 0; i < item.length(); i++) {
      if (Character.isSurrogate(item.charAt(i))) {
        if (i + 1 == item.length()
            || !Character.isSurrogatePair(item.charAt(i), item.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }
}
