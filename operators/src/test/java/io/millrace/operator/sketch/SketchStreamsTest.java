package io.millrace.operator.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ten million updates of a million items within 1 MiB, against an array of their weights. */
final class SketchStreamsTest {
  private static final int UPDATES = 10_000_000;
  private static final int MEMORY_BYTES = 1 << 20;
  private static final int FEWEST_ITEMS = 800;
  private static final int REPORTED = 2_000;
  private static final byte[] ITEMS = ItemStream.bytes();

  @ParameterizedTest
  @EnumSource
  void add_millionsOfUpdates_boundsHoldAndTheHeaviestAreFound(ItemStream stream) {
    Map<SketchAlgorithm, TopKSketch> sketches = new EnumMap<>(SketchAlgorithm.class);
    for (SketchAlgorithm algorithm : SketchAlgorithm.values()) {
      if (algorithm != SketchAlgorithm.EXACT) {
        sketches.put(algorithm, algorithm.create(MEMORY_BYTES, FEWEST_ITEMS));
      }
    }
    long[] truth = new long[ItemStream.ITEMS];
    IntUnaryOperator items = stream.items(new SplittableRandom(7));
    List<TopKSketch> all = new ArrayList<>(sketches.values());
    long total = 0;
    for (int i = 0; i < UPDATES; i++) {
      int item = items.applyAsInt(i);
      long weight = stream.weight(i);
      truth[item] += weight;
      total += weight;
      int start = item * Long.BYTES;
      long hash = ItemBytes.hash(ITEMS, start, Long.BYTES);
      for (TopKSketch sketch : all) {
        sketch.add(hash, ITEMS, start, Long.BYTES, weight);
      }
    }
    Set<Integer> heaviest = heaviest(truth, 100);
    for (Map.Entry<SketchAlgorithm, TopKSketch> each : sketches.entrySet()) {
      assertHolds(each.getKey() + " on " + stream, each.getValue(), truth, total);
      if (stream == ItemStream.ZIPF_1_1 || stream == ItemStream.ZIPF_1_5) {
        Set<Integer> found = new HashSet<>();
        each.getValue().top(100).forEach(item -> found.add(Integer.parseInt(item.item())));
        assertThat(found).as("%s: recall of 100", each.getKey()).isEqualTo(heaviest);
      }
    }
  }

  private static void assertHolds(String name, TopKSketch sketch, long[] truth, long total) {
    assertThat(sketch.total()).as(name).isEqualTo(total);
    assertThat(sketch.memoryBytes()).as(name).isLessThanOrEqualTo(MEMORY_BYTES);
    assertThat(sketch.maxError())
        .as(name)
        .isPositive()
        .isLessThanOrEqualTo(sketch.maxErrorAtMost(total));
    TopItems top = sketch.topItems(REPORTED);
    Set<Integer> reported = new HashSet<>();
    for (ItemEstimate each : top.items()) {
      int item = Integer.parseInt(each.item());
      reported.add(item);
      assertThat(truth[item]).as(name).isBetween(each.lowerBound(), each.upperBound());
      assertThat(each.upperBound() - each.lowerBound())
          .as(name)
          .isLessThanOrEqualTo(sketch.maxError());
    }
    long heaviestOther = 0;
    for (int item = 0; item < truth.length; item++) {
      if (!reported.contains(item)) {
        heaviestOther = Math.max(heaviestOther, truth[item]);
      }
    }
    assertThat(heaviestOther).as(name).isLessThanOrEqualTo(top.othersAtMost());
  }

  private static Set<Integer> heaviest(long[] truth, int k) {
    Set<Integer> heaviest = new HashSet<>();
    for (int i = 0; i < k; i++) {
      int best = -1;
      for (int item = 0; item < truth.length; item++) {
        if ((best < 0 || truth[item] > truth[best]) && !heaviest.contains(item)) {
          best = item;
        }
      }
      heaviest.add(best);
    }
    return heaviest;
  }
}
