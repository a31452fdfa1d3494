package io.millrace.operator.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** The table beside a map that holds everything, at random. */
class EntryTablePropertyTest {
  private static final int STEPS = 4_000;

  /** What is stored beneath the table, and what a reader must see. */
  private final Map<ByteBuffer, byte[]> stored = new HashMap<>();

  private final Map<ByteBuffer, byte[]> expected = new HashMap<>();
  private int writes;

  @Property(tries = 25)
  void findAndPut_anySteps_showTheLastValueWithinTheBound(
      @ForAll long seed,
      @ForAll @IntRange(min = 4 << 10, max = 96 << 10) int bytes,
      @ForAll @IntRange(min = 1, max = 300) int mostDirty,
      @ForAll @IntRange(min = 1, max = 2_000) int keys,
      @ForAll @IntRange(min = 0, max = 400) int longestValue)
      throws Exception {
    stored.clear();
    expected.clear();
    SplittableRandom random = new SplittableRandom(seed);
    EntryTable table = new EntryTable(bytes, mostDirty, this::write);
    int changes = 0;
    for (int step = 0; step < STEPS; step++) {
      byte[] key = key(random, keys);
      int hash = Arrays.hashCode(key) * 0x9E3779B9;
      int entry = table.find(hash, key, key.length);
      ByteBuffer name = ByteBuffer.wrap(key);
      if (entry != EntryTable.NONE) {
        table.use(entry);
        assertThat(value(table, entry)).isEqualTo(expected.get(name));
      } else {
        assertThat(stored.get(name)).isEqualTo(expected.get(name));
      }
      int what = random.nextInt(20);
      if (what < 10) {
        byte[] value = new byte[random.nextInt(longestValue + 1)];
        Arrays.fill(value, (byte) step);
        if (entry == EntryTable.NONE && !stored.containsKey(name)) {
          table.putFirst(hash, key, key.length, value, value.length);
        } else {
          table.put(entry, hash, key, key.length, value, value.length, true);
        }
        expected.put(name, value);
        changes++;
      } else if (what < 12) {
        if (entry == EntryTable.NONE || !table.forget(entry)) {
          table.put(entry, hash, key, key.length, new byte[0], EntryTable.ABSENT, true);
        }
        expected.remove(name);
        changes++;
      } else if (what < 19 && entry == EntryTable.NONE) {
        byte[] value = stored.get(name);
        table.put(
            entry,
            hash,
            key,
            key.length,
            value == null ? new byte[0] : value,
            value == null ? EntryTable.ABSENT : value.length,
            false);
      } else if (random.nextInt(50) == 0) {
        table.flush();
        assertThat(stored).usingRecursiveComparison().isEqualTo(expected);
        assertThat(table.dirty()).isZero();
      }
      assertThat(table.memoryBytes()).isLessThanOrEqualTo(bytes);
      assertThat(table.dirty()).isLessThanOrEqualTo(Math.min(mostDirty, table.size()));
    }
    table.flush();
    assertThat(stored).usingRecursiveComparison().isEqualTo(expected);
    assertThat(writes).as("only what has changed is stored").isLessThanOrEqualTo(changes);
    writes = 0;
  }

  /** Low numbers often, of 1 to 8 bytes. */
  private static byte[] key(SplittableRandom random, int keys) {
    int number = (int) (keys * Math.pow(random.nextDouble(), 3));
    byte[] key = new byte[1 + number % 8 + Integer.BYTES];
    ByteBuffer.wrap(key).putInt(number);
    return key;
  }

  private static byte @Nullable [] value(EntryTable table, int entry) {
    int length = table.valueLength(entry);
    int start = table.valueStart(entry);
    return length == EntryTable.ABSENT
        ? null
        : Arrays.copyOfRange(table.bytes(), start, start + length);
  }

  private void write(byte[] bytes, int keyStart, int keyLength, int valueStart, int valueLength) {
    writes++;
    ByteBuffer key = ByteBuffer.wrap(Arrays.copyOfRange(bytes, keyStart, keyStart + keyLength));
    if (valueLength == EntryTable.ABSENT) {
      stored.remove(key);
    } else {
      stored.put(key, Arrays.copyOfRange(bytes, valueStart, valueStart + valueLength));
    }
  }
}
