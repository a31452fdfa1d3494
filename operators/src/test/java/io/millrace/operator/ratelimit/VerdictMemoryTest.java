package io.millrace.operator.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class VerdictMemoryTest {
  private static final long HORIZON = 16_000;

  private static Verdict verdict(int number, long at) {
    boolean allowed = number % 3 > 0;
    return new Verdict(
        "r" + number,
        at,
        allowed,
        allowed ? null : "rule-" + "x".repeat(number % 40),
        number % 5 == 0 ? null : 1_000L + number,
        number % 5 == 0 ? null : 7L * number,
        number % 7 == 0 ? null : at + number,
        number % 11 == 0 ? null : (long) number,
        number,
        number % 13 == 0 ? List.of("on-trial", "t" + number) : List.of());
  }

  /** Thousands in many chunks, of which all are forgotten in time. */
  @Test
  void find_anyTrace_givesWhatWasKeptWithinTheHorizon() {
    VerdictMemory memory = new VerdictMemory(HORIZON);
    Map<Integer, Verdict> kept = new HashMap<>();
    SplittableRandom random = new SplittableRandom(7);
    long now = 1_700_000_000_000L;
    int found = 0;
    int forgotten = 0;
    for (int i = 0; i < 40_000; i++) {
      now += random.nextInt(6);
      memory.add(hash(i), verdict(i, now));
      kept.put(i, verdict(i, now));
      int asked = random.nextInt(Math.max(0, i - 12_000), i + 2);
      Verdict known = kept.get(asked);
      Verdict expected = known == null || now - known.at() >= HORIZON ? null : known;
      assertThat(memory.find(hash(asked), "r" + asked, now)).isEqualTo(expected);
      found += expected == null ? 0 : 1;
      if (i % 500 == 0) {
        forgotten += memory.forget(now - HORIZON).size();
      }
    }
    assertThat(found).isGreaterThan(10_000);
    assertThat(forgotten).isGreaterThan(50);
    assertThat(memory.isEmpty()).isFalse();
    memory.forget(now + 1_000);
    assertThat(memory.isEmpty()).isTrue();
    assertThat(memory.find(hash(39_999), "r39999", now)).isNull();
  }

  @Test
  void find_hashOfZero_isFound() {
    VerdictMemory memory = new VerdictMemory(HORIZON);
    memory.add(0, verdict(1, 5));
    assertThat(memory.find(0, "r1", 6)).isEqualTo(verdict(1, 5));
  }

  @Test
  void add_hashThatIsThereOfALongTimeAgo_bothAreKept() {
    VerdictMemory memory = new VerdictMemory(HORIZON);
    memory.add(9, verdict(1, 0));
    memory.add(9, verdict(1, 20_000));
    assertThat(memory.find(9, "r1", 15_999)).isEqualTo(verdict(1, 0));
    assertThat(memory.find(9, "r1", 35_999)).isEqualTo(verdict(1, 20_000));
    assertThat(memory.find(9, "r1", 36_000)).isNull();
  }

  @Test
  void add_batchOfHashes_tellsThoseThatComeTwice() {
    HashBatch batch = new HashBatch();
    Set<Long> model = new HashSet<>();
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 20; round++) {
      List<Long> hashes = new ArrayList<>();
      for (int i = 0; i < round * 50; i++) {
        hashes.add(i % 3 == 0 ? random.nextLong(20) : random.nextLong());
      }
      batch.start(hashes.size());
      model.clear();
      for (long hash : hashes) {
        // A hash of 0 is taken for one of 1.
        assertThat(batch.add(hash)).isEqualTo(model.add(hash == 0 ? 1 : hash));
      }
    }
  }

  private static long hash(int number) {
    return LimitKey.hash("r" + number);
  }
}
