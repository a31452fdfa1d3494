package io.millrace.operator.writeback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EntryTableTest {
  private static final int KEYS = 100_000;
  private static final int ASKED = 1_000_000;

  @Test
  void find_tenthOfTheKeysOfAZipfStream_hitsNearlyAsOftenAsTheBestTenthWould() throws Exception {
    double[] weights = new double[KEYS];
    double sum = 0;
    for (int rank = 0; rank < KEYS; rank++) {
      sum += Math.pow(rank + 1, -1.1);
      weights[rank] = sum;
    }
    // 24 bytes of header and key, 8 of value, and the index beside them.
    EntryTable table = new EntryTable(KEYS / 10 * 48, 1_000, (bytes, k, kl, v, vl) -> {});
    SplittableRandom random = new SplittableRandom(1);
    byte[] key = new byte[Long.BYTES];
    int hits = 0;
    for (int i = 0; i < ASKED; i++) {
      int found = java.util.Arrays.binarySearch(weights, random.nextDouble() * sum);
      int rank = found >= 0 ? found : -found - 1;
      int hash = (rank + 1) * 0x9E3779B9;
      ByteBuffer.wrap(key).putLong(rank);
      int entry = table.find(hash, key, key.length);
      if (entry == EntryTable.NONE) {
        table.put(entry, hash, key, key.length, key, key.length, false);
      } else {
        hits++;
        table.use(entry);
      }
    }
    double best = weights[table.size() - 1] / sum;
    assertThat((double) hits / ASKED).isGreaterThan(0.93 * best);
    assertThat(table.size()).isBetween(KEYS / 15, KEYS / 8);
  }

  @Test
  void put_manyKeysOnceAfterHotOnes_leavesTheHotOnesIn() throws Exception {
    EntryTable table = new EntryTable(64 << 10, 10, (bytes, k, kl, v, vl) -> {});
    byte[] key = new byte[Integer.BYTES];
    for (int round = 0; round < 3; round++) {
      for (int hot = 1; hot <= 100; hot++) {
        ask(table, key, hot);
      }
    }
    for (int once = 1_000; once < 50_000; once++) {
      ask(table, key, once);
    }
    int left = 0;
    for (int hot = 1; hot <= 100; hot++) {
      ByteBuffer.wrap(key).putInt(hot);
      left += table.find(hot * 0x9E3779B9, key, key.length) == EntryTable.NONE ? 0 : 1;
    }
    assertThat(left).isEqualTo(100);
  }

  private static void ask(EntryTable table, byte[] key, int number) throws Exception {
    int hash = number * 0x9E3779B9;
    ByteBuffer.wrap(key).putInt(number);
    int entry = table.find(hash, key, key.length);
    if (entry == EntryTable.NONE) {
      table.put(entry, hash, key, key.length, key, key.length, false);
    } else {
      table.use(entry);
    }
  }

  @Test
  void put_valueLargerThanTheTable_isStoredAtOnce() throws Exception {
    int[] lengths = {0, 0};
    EntryTable table =
        new EntryTable(
            8 << 10,
            10,
            (bytes, k, kl, v, vl) -> {
              lengths[0] = kl;
              lengths[1] = vl;
            });
    byte[] key = {1, 2, 3};

    int entry = table.put(EntryTable.NONE, 7, key, 3, new byte[9_000], 9_000, true);

    assertThat(entry).isEqualTo(EntryTable.NONE);
    assertThat(lengths).containsExactly(3, 9_000);
    assertThat(table.size()).isZero();
    assertThat(table.dirty()).isZero();
  }

  @Test
  void put_moreThanMayBeDirty_storesTheOldestTogetherInTheirOrder() throws Exception {
    List<Integer> stored = new ArrayList<>();
    EntryTable table = new EntryTable(1 << 20, 1_000, writerInto(stored));
    for (int number = 1; number <= 1_001; number++) {
      change(table, number);
    }
    // A sixteenth of those that may be dirty: the first ones, first the even and then the odd.
    List<Integer> oldest = new ArrayList<>();
    IntStream.rangeClosed(1, 62).filter(number -> number % 2 == 0).forEach(oldest::add);
    IntStream.rangeClosed(1, 62).filter(number -> number % 2 == 1).forEach(oldest::add);
    assertThat(stored).isEqualTo(oldest);
    assertThat(table.dirty()).isEqualTo(1_001 - 62);

    stored.clear();
    table.limitDirty(0.5);
    for (int number = 2_000; number < 2_020; number++) {
      change(table, number);
    }
    assertThat(table.dirty()).isBetween(400, 500);
    assertThat(stored).doesNotHaveDuplicates().contains(63, 501).doesNotContain(1_001, 2_000);

    table.flush();
    assertThat(table.dirty()).isZero();
    assertThat(stored).hasSize(1_001 - 62 + 20).doesNotHaveDuplicates();
  }

  /** Even keys come before odd ones, as if they were of another key group. */
  private static EntryTable.Writer writerInto(List<Integer> stored) {
    return new EntryTable.Writer() {
      @Override
      public void write(
          byte[] bytes, int keyStart, int keyLength, int valueStart, int valueLength) {
        stored.add(ByteBuffer.wrap(bytes).getInt(keyStart));
      }

      @Override
      public int orderOf(byte[] bytes, int keyStart, int keyLength) {
        return ByteBuffer.wrap(bytes).getInt(keyStart) % 2;
      }
    };
  }

  private static void change(EntryTable table, int number) throws Exception {
    // Keys that differ in their first bytes, by which they are ordered.
    byte[] key = ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    int hash = number * 0x9E3779B9;
    table.put(table.find(hash, key, key.length), hash, key, key.length, key, key.length, true);
  }

  @Test
  void forget_valueThatWasNeverStored_leavesNothingToStore() throws Exception {
    List<Integer> stored = new ArrayList<>();
    EntryTable table = new EntryTable(1 << 20, 1_000, writerInto(stored));
    byte[] key = ByteBuffer.allocate(Integer.BYTES).putInt(5).array();

    int entry = table.putFirst(7, key, key.length, key, key.length);
    // A longer value has another place.
    entry = table.put(entry, 7, key, key.length, new byte[100], 100, true);
    assertThat(table.forget(entry)).isTrue();
    assertThat(table.find(7, key, key.length)).isEqualTo(EntryTable.NONE);
    table.flush();
    assertThat(stored).isEmpty();

    entry = table.putFirst(7, key, key.length, key, key.length);
    table.flush();
    assertThat(table.forget(entry)).as("forgotten after it was stored").isFalse();
    table.put(entry, 7, key, key.length, key, EntryTable.ABSENT, true);
    table.flush();
    assertThat(stored).containsExactly(5, 5);
    assertThat(table.forget(entry)).as("known to be absent").isTrue();
    assertThat(table.dirty()).isZero();
  }

  @Test
  void constructor_lessThanItNeeds_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EntryTable(4_095, 1, (bytes, k, kl, v, vl) -> {}))
        .withMessageContaining("4095");
  }
}
