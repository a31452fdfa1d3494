package io.millrace.operator.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Against a map of the weights that are in the sum. */
final class SketchSumPropertyTest {
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Pane(
      byte[] form, SketchSum.Addend addend, Map<String, Long> weights, long floor) {}

  @Property(seed = "1", tries = 300)
  void offerTo_panesComeAndGo_isTheSumOfThoseThere(
      @ForAll Random random,
      @ForAll SketchAlgorithm algorithm,
      @ForAll @IntRange(min = 1, max = 3_000) int memoryBytes,
      @ForAll @IntRange(min = 1, max = 400) int universe) {
    SketchSum sum = new SketchSum();
    Deque<Pane> panes = new ArrayDeque<>();
    for (int step = 0; step < 60; step++) {
      if (panes.size() > random.nextInt(12)) {
        sum.subtract(panes.remove().addend());
      } else {
        panes.add(addPane(sum, random, algorithm.create(memoryBytes, 4), universe));
      }
      assertIsSumOf(panes, sum, algorithm);
      assertUnpacksAsPacked(panes.stream().filter(any -> random.nextBoolean()).toList(), sum);
    }
    while (!panes.isEmpty()) {
      sum.subtract(panes.remove().addend());
    }
    assertIsSumOf(panes, sum, algorithm);
  }

  @Property(seed = "2", tries = 20)
  void add_panesOfNewItemsForLong_memoryStaysAsItWas(@ForAll Random random) {
    SketchSum sum = new SketchSum();
    Deque<SketchSum.Addend> panes = new ArrayDeque<>();
    long memory = 0;
    for (int step = 0; step < 400; step++) {
      ExactCounts pane = new ExactCounts();
      for (int i = 0; i < 50; i++) {
        pane.add("/item/" + step + "/" + i + "x".repeat(random.nextInt(20)), 1);
      }
      panes.add(sum.add(pane.toBytes()));
      if (panes.size() > 8) {
        sum.subtract(panes.remove());
      }
      if (step == 100) {
        memory = sum.memoryBytes();
      }
    }
    assertThat(sum.memoryBytes()).isLessThanOrEqualTo(memory + memory / 2);
  }

  private static Pane addPane(SketchSum sum, Random random, TopKSketch sketch, int universe) {
    Map<String, Long> weights = new HashMap<>();
    for (int left = random.nextInt(200); left > 0; left--) {
      String item = random.nextInt(universe) == 0 ? "" : "/item/" + random.nextInt(universe);
      long weight = random.nextInt(50) == 0 ? random.nextInt(1 << 30) : random.nextInt(4);
      sketch.add(item, weight);
      weights.merge(item, weight, Long::sum);
    }
    byte[] form = sketch.toBytes();
    return new Pane(form, sum.add(form), weights, sketch.maxError());
  }

  private static void assertUnpacksAsPacked(List<Pane> panes, SketchSum sum) {
    byte[] packed = sum.pack(panes.stream().map(Pane::addend).toList());
    List<byte[]> forms = SketchSum.unpack(packed);
    assertThat(forms).hasSameSizeAs(panes);
    for (int i = 0; i < forms.size(); i++) {
      assertThat(forms.get(i)).isEqualTo(panes.get(i).form());
    }
  }

  private static void assertIsSumOf(Deque<Pane> panes, SketchSum sum, SketchAlgorithm algorithm) {
    Map<String, Long> truth = new HashMap<>();
    long floor = 0;
    for (Pane pane : panes) {
      pane.weights().forEach((item, weight) -> truth.merge(item, weight, Long::sum));
      floor += pane.floor();
    }
    TopSelection selection = new TopSelection(1_000, algorithm);
    sum.offerTo(selection);
    List<ItemEstimate> items = selection.items().items();
    assertThat(selection.total())
        .isEqualTo(truth.values().stream().mapToLong(Long::longValue).sum());
    assertThat(selection.maxError()).isEqualTo(floor);
    Map<String, Long> missing = new HashMap<>(truth);
    for (ItemEstimate each : items) {
      Long weight = missing.remove(each.item());
      assertThat(weight).isNotNull().isBetween(each.lowerBound(), each.upperBound());
      assertThat(each.upperBound() - each.lowerBound()).isLessThanOrEqualTo(floor);
      assertThat(each.count()).isBetween(each.lowerBound(), each.upperBound());
    }
    long othersAtMost = selection.items().othersAtMost();
    missing.values().forEach(each -> assertThat(each).isLessThanOrEqualTo(othersAtMost));
    if (algorithm == SketchAlgorithm.EXACT) {
      assertThat(missing).isEmpty();
    }
  }
}
