package io.millrace.operator.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdaptiveCountsTest {
  private static final int MEMORY_BYTES = 8 << 10;
  private static final int FEWEST_ITEMS = 16;

  private static void add(AdaptiveCounts counts, int items, long weight) {
    ItemSlice item = new ItemSlice();
    for (int i = 0; i < items; i++) {
      item.set("item-" + i);
      item.addTo(counts, weight);
    }
  }

  @Test
  void reset_afterMoreThanFits_countsAsIfNew() {
    AdaptiveCounts counts = new AdaptiveCounts(MEMORY_BYTES, FEWEST_ITEMS);
    add(counts, 5_000, 3);
    assertThat(counts.maxError()).isPositive();
    long memory = counts.memoryBytes();

    counts.reset();

    assertThat(counts.total()).isZero();
    assertThat(counts.maxError()).isZero();
    assertThat(counts.topItems(10).items()).isEmpty();
    assertThat(counts.memoryBytes()).isEqualTo(memory);
    AdaptiveCounts fresh = new AdaptiveCounts(MEMORY_BYTES, FEWEST_ITEMS);
    add(counts, 40, 2);
    add(fresh, 40, 2);
    assertThat(counts.toBytes()).isEqualTo(fresh.toBytes());
  }

  @Test
  void merge_formThatJustFitsOrNot_boundsHoldTheTruth() {
    for (int items = 1; items < 400; items++) {
      AdaptiveCounts counts = new AdaptiveCounts(MEMORY_BYTES, FEWEST_ITEMS);
      add(counts, 100, 5);
      AdaptiveCounts other = new AdaptiveCounts(1 << 20, FEWEST_ITEMS);
      add(other, items, 7);
      counts.merge(other.toBytes());
      assertThat(counts.total()).isEqualTo(100 * 5 + items * 7L);
      assertThat(counts.memoryBytes()).isLessThanOrEqualTo(MEMORY_BYTES);
      for (int i : new int[] {0, items - 1, 99}) {
        long truth = (i < 100 ? 5L : 0) + (i < items ? 7 : 0);
        ItemEstimate estimate = counts.estimate("item-" + i);
        assertThat(truth).isBetween(estimate.lowerBound(), estimate.upperBound());
      }
    }
  }
}
