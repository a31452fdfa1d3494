package io.millrace.operator.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Every algorithm, with so little memory that items have to leave, against a plain map. */
final class SketchPropertyTest {
  private static final int FEWEST_ITEMS = 4;

  record Addition(String item, long weight) {}

  @Provide
  Arbitrary<List<Addition>> additions() {
    Arbitrary<String> items =
        Arbitraries.oneOf(
            Arbitraries.of("", "a", "b", "\uFF21", "\uD83C", "\uD83C\uDFB5"),
            Arbitraries.strings().withCharRange('a', 'e').ofMaxLength(2),
            Arbitraries.strings().withCharRange('a', 'b').ofMinLength(30).ofMaxLength(40));
    Arbitrary<Long> weights =
        Arbitraries.oneOf(
            Arbitraries.just(1L),
            Arbitraries.longs().between(0, 5),
            Arbitraries.longs().between(0, 1L << 40));
    return Combinators.combine(items, weights).as(Addition::new).list().ofMaxSize(150);
  }

  private static TopKSketch sketch(SketchAlgorithm algorithm, int memoryBytes) {
    return algorithm.create(memoryBytes, FEWEST_ITEMS);
  }

  private static void assertHolds(TopKSketch sketch, List<Addition> additions, int k) {
    Map<String, Long> truth = new HashMap<>();
    additions.forEach(addition -> truth.merge(addition.item(), addition.weight(), Long::sum));
    long total = truth.values().stream().mapToLong(Long::longValue).sum();
    assertThat(sketch.total()).isEqualTo(total);

    TopItems top = sketch.topItems(k);
    assertThat(top.items()).isSortedAccordingTo(ItemEstimate.HEAVIEST_FIRST).hasSizeLessThan(k + 1);
    Set<String> reported = new HashSet<>();
    for (ItemEstimate each : top.items()) {
      assertThat(reported.add(each.item())).isTrue();
      assertThat(sketch.estimate(each.item())).isEqualTo(each);
    }
    truth.forEach(
        (item, weight) -> {
          ItemEstimate estimate = sketch.estimate(item);
          assertThat(weight).isBetween(estimate.lowerBound(), estimate.upperBound());
          assertThat(estimate.count()).isBetween(estimate.lowerBound(), estimate.upperBound());
          assertThat(estimate.upperBound() - estimate.lowerBound())
              .isLessThanOrEqualTo(sketch.maxError());
          if (!reported.contains(item)) {
            assertThat(weight).isLessThanOrEqualTo(top.othersAtMost());
          }
        });
  }

  @Property(seed = "1", tries = 3_000)
  void add_anything_everyBoundHolds(
      @ForAll("additions") List<Addition> additions,
      @ForAll SketchAlgorithm algorithm,
      @ForAll @IntRange(min = 1, max = 4_000) int memoryBytes,
      @ForAll @IntRange(min = 1, max = 40) int k) {
    TopKSketch sketch = sketch(algorithm, memoryBytes);
    additions.forEach(addition -> sketch.add(addition.item(), addition.weight()));
    assertHolds(sketch, additions, k);
    assertThat(sketch.maxError()).isLessThanOrEqualTo(sketch.maxErrorAtMost(sketch.total()));
  }

  @Property(seed = "2", tries = 3_000)
  void merge_anySplitOverAnyAlgorithmsInAnyOrder_everyBoundHolds(
      @ForAll("additions") List<Addition> additions,
      @ForAll @IntRange(min = 1, max = 6) int parts,
      @ForAll @IntRange(min = 1, max = 4_000) int memoryBytes,
      @ForAll Random random) {
    List<TopKSketch> sketches = new ArrayList<>();
    SketchAlgorithm[] algorithms = SketchAlgorithm.values();
    for (int i = 0; i < parts; i++) {
      sketches.add(sketch(algorithms[random.nextInt(algorithms.length)], memoryBytes));
    }
    for (Addition addition : additions) {
      sketches.get(random.nextInt(parts)).add(addition.item(), addition.weight());
    }
    List<byte[]> pieces = new ArrayList<>();
    sketches.forEach(each -> pieces.add(each.toBytes()));
    Collections.shuffle(pieces, random);

    // As a tree of random shape: two of the pieces become one until one is left.
    while (pieces.size() > 1) {
      TopKSketch merged =
          sketch(algorithms[1 + random.nextInt(algorithms.length - 1)], memoryBytes);
      merged.merge(pieces.remove(random.nextInt(pieces.size())));
      merged.merge(pieces.remove(random.nextInt(pieces.size())));
      pieces.add(merged.toBytes());
    }
    TopKSketch result = sketch(SketchAlgorithm.ADAPTIVE, 1 << 20);
    result.merge(pieces.get(0));
    assertHolds(result, additions, 20);
  }

  @Property(seed = "3", tries = 1_000)
  void merge_oneAlgorithmInATree_errorStaysBelowThatOfOneSketch(
      @ForAll("additions") List<Addition> additions,
      @ForAll SketchAlgorithm algorithm,
      @ForAll @IntRange(min = 1, max = 4) int parts,
      @ForAll @IntRange(min = 1, max = 2_000) int memoryBytes,
      @ForAll Random random) {
    List<TopKSketch> sketches = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      sketches.add(sketch(algorithm, memoryBytes));
    }
    for (Addition addition : additions) {
      sketches.get(random.nextInt(parts)).add(addition.item(), addition.weight());
    }
    TopKSketch merged = sketch(algorithm, memoryBytes);
    sketches.forEach(each -> merged.merge(each.toBytes()));
    assertHolds(merged, additions, 10);
    assertThat(merged.maxError()).isLessThanOrEqualTo(merged.maxErrorAtMost(merged.total()));
  }

  @Property(seed = "4", tries = 1_000)
  void toParts_anySketch_mergedAgainIsTheSketch(
      @ForAll("additions") List<Addition> additions,
      @ForAll @IntRange(min = 1, max = 5) int parts,
      @ForAll @IntRange(min = 1, max = 4_000) int memoryBytes) {
    AdaptiveCounts sketch = new AdaptiveCounts(memoryBytes, FEWEST_ITEMS);
    additions.forEach(addition -> sketch.add(addition.item(), addition.weight()));
    byte[][] forms = sketch.toParts(parts, (bytes, start, length) -> Math.floorMod(length, parts));
    long total = 0;
    Set<ItemEstimate> items = new HashSet<>();
    Map<Integer, Map<String, Long>> truth = weightsByPart(additions, parts);
    for (int i = 0; i < parts; i++) {
      byte[] form = forms[i];
      if (form == null) {
        assertThat(truth.getOrDefault(i, Map.of()).values()).allMatch(weight -> weight == 0);
      } else {
        AdaptiveCounts part = new AdaptiveCounts(1 << 20, FEWEST_ITEMS);
        part.merge(form);
        assertThat(part.maxError()).isEqualTo(sketch.maxError());
        total += part.total();
        items.addAll(part.top(1_000));
        truth
            .getOrDefault(i, Map.of())
            .forEach((item, weight) -> assertBounds(part.estimate(item), weight));
      }
    }
    assertThat(total).isEqualTo(sketch.total());
    assertThat(items).isEqualTo(new HashSet<>(sketch.top(1_000)));
  }

  private static Map<Integer, Map<String, Long>> weightsByPart(
      List<Addition> additions, int parts) {
    Map<Integer, Map<String, Long>> weights = new HashMap<>();
    for (Addition each : additions) {
      weights
          .computeIfAbsent(
              Math.floorMod(ItemBytes.of(each.item()).length, parts), part -> new HashMap<>())
          .merge(each.item(), each.weight(), TopKSketch::saturatedSum);
    }
    return weights;
  }

  private static void assertBounds(ItemEstimate estimate, long weight) {
    assertThat(weight).isBetween(estimate.lowerBound(), estimate.upperBound());
  }
}
