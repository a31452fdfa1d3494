package io.millrace.operator.distinct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DistinctSampleTest {
  @Test
  void count_upToTheLimit_isExactHoweverOftenItemsCome() {
    SplittableRandom random = new SplittableRandom(1);
    DistinctSample sample = new DistinctSample();
    for (int items = 1; items <= DistinctSample.EXACT; items++) {
      long hash = random.nextLong();
      sample.add(hash);
      sample.add(hash);
      assertThat(sample.count()).isEqualTo(items);
      assertThat(sample.isExact()).isTrue();
    }
    sample.add(random.nextLong());
    assertThat(sample.isExact()).isFalse();
  }

  @Test
  void count_beyondTheLimit_isWithinItsError() {
    double squares = 0;
    int samples = 100;
    for (int seed = 0; seed < samples; seed++) {
      DistinctSample sample = sample(hashes(50_000, seed));
      double error = sample.count() / 50_000.0 - 1;
      assertThat(error).isBetween(-0.16, 0.16);
      squares += error * error;
    }
    assertThat(Math.sqrt(squares / samples)).isCloseTo(0.032, within(0.01));
  }

  @Test
  void merge_anySplitInAnyOrder_saysTheSame() {
    for (int items : new int[] {0, 1, 3, 999, 1_000, 1_001, 1_500, 2_000, 2_001, 2_500, 20_000}) {
      List<Long> hashes = hashes(items, items);
      DistinctSample whole = sample(hashes);
      Collections.shuffle(hashes, new Random(items));
      DistinctSample merged = new DistinctSample();
      for (int part = 0; part < 7; part++) {
        // Parts overlap.
        int from = Math.max(0, items * part / 7 - 50);
        merged.merge(sample(hashes.subList(from, items * (part + 1) / 7)).least());
      }

      assertThat(merged.least()).as("%d items", items).isEqualTo(whole.least()).isSorted();
      assertThat(merged.count()).isEqualTo(whole.count());
      assertThat(merged.isExact()).isEqualTo(items <= 1_000);
    }
  }

  @Test
  void memory_ofAnyNumber_isBounded() {
    DistinctSample sample = sample(hashes(100_000, 5));

    assertThat(sample.least()).hasSize(DistinctSample.EXACT + 1);
    assertThat(sample.memoryBytes()).isLessThanOrEqualTo(33 << 10);
    assertThat(sample(hashes(1, 1)).memoryBytes()).isLessThanOrEqualTo(100);
  }

  @Test
  void add_leastAndGreatestHashes_areItemsToo() {
    DistinctSample sample = sample(List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE));

    assertThat(sample.count()).isEqualTo(4);
  }

  private static DistinctSample sample(List<Long> hashes) {
    DistinctSample sample = new DistinctSample();
    hashes.forEach(sample::add);
    return sample;
  }

  private static List<Long> hashes(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> hashes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      hashes.add(random.nextLong());
    }
    return hashes;
  }
}
