package io.millrace.operator.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What tells the algorithms apart, and the forms that they share. */
final class SketchTest {
  /** So little that the fewest items are all that is held. */
  private static final int NO_MEMORY = 1;

  @Test
  void spaceSaving_lightestGrewSinceItEntered_theLightestOfNowLeaves() {
    SpaceSaving sketch = new SpaceSaving(NO_MEMORY, 2);
    sketch.add("a", 1);
    sketch.add("b", 2);
    // A heap that is not told of this would still take a for the lightest.
    sketch.add("a", 5);
    sketch.add("c", 1);
    assertThat(sketch.top(3))
        .containsExactly(new ItemEstimate("a", 6, 6, 6), new ItemEstimate("c", 3, 1, 3));
    assertThat(sketch.maxError()).isEqualTo(2);
    assertThat(sketch.estimate("b")).isEqualTo(new ItemEstimate("b", 2, 0, 2));
  }

  @Test
  void spaceSaving_anyItemAboveItsShare_isHeld() {
    SpaceSaving sketch = new SpaceSaving(NO_MEMORY, 10);
    for (int i = 0; i < 1_000; i++) {
      sketch.add(i % 9 == 0 ? "heavy" : "light-" + i, 1);
    }
    // 112 of 1,000 is more than a tenth.
    assertThat(sketch.top(10)).extracting(ItemEstimate::item).contains("heavy");
  }

  @Test
  void lossyCounting_itemSeenOnceEachBucket_staysWhereFewerLeave() {
    LossyCounting sketch = new LossyCounting(128 * 10, 2);
    assertThat(sketch.width()).isEqualTo(10);
    // Once in every bucket of ten, the last of it: never less than the buckets complete by then.
    for (int i = 1; i <= 100; i++) {
      sketch.add(i % 10 == 0 ? "steady" : "light-" + i, 1);
      if (i % 10 == 0) {
        long complete = i / 10;
        assertThat(sketch.estimate("steady").upperBound()).isGreaterThanOrEqualTo(complete);
      }
    }
    // An item that was there before the boundary and then no more leaves at the next.
    assertThat(sketch.estimate("light-91").lowerBound()).isZero();
    assertThat(sketch.maxError()).isEqualTo(10);
  }

  @Test
  void lossyCounting_itemAboveTheThreshold_isReportedAtThresholdMinusEpsilon() {
    LossyCounting sketch = new LossyCounting(128 * 100, 2);
    for (int i = 0; i < 10_000; i++) {
      // Comes late, so that its first occurrences are missing: a twentieth of all.
      sketch.add(i >= 5_000 && i % 10 == 0 ? "late" : "light-" + i % 3_000, 1);
    }
    double threshold = 0.05;
    double epsilon = 1.0 / sketch.width();
    assertThat(sketch.estimate("late").count())
        .isGreaterThanOrEqualTo((long) ((threshold - epsilon) * sketch.total()));
  }

  @Test
  void merge_itemBelowTheTopOfEveryPart_isTheHeaviestOfAll() {
    TopKSketch all = new AdaptiveCounts(1 << 20, 100);
    for (int part = 0; part < 10; part++) {
      TopKSketch sketch = new AdaptiveCounts(1 << 20, 100);
      for (int i = 0; i < 5; i++) {
        sketch.add("only-of-part-" + part + "-" + i, 20);
      }
      sketch.add("everywhere", 10);
      assertThat(sketch.top(5)).extracting(ItemEstimate::item).doesNotContain("everywhere");
      all.merge(sketch.toBytes());
    }
    assertThat(all.top(1)).containsExactly(ItemEstimate.exact("everywhere", 100));
  }

  @Test
  void adaptive_afterManyOfWeightOne_itemsOfWeightZeroRaiseNoBound() {
    AdaptiveCounts sketch = new AdaptiveCounts(16 << 10, 10);
    int item = 0;
    while (sketch.maxError() < 3) {
      sketch.add("one-" + item++, 1);
    }
    while (item < 100_000) {
      sketch.add("zero-" + item++, 0);
    }
    assertThat(sketch.maxError()).isLessThanOrEqualTo(4);
  }

  @Test
  void adaptive_withinItsMemory_isExactAndBeyondItStillForWhatStayed() {
    AdaptiveCounts sketch = new AdaptiveCounts(64 << 10, 10);
    sketch.add("heavy", 1_000_000);
    int held = 1;
    while (sketch.maxError() == 0) {
      sketch.add("light-" + held, 1 + held % 2);
      held++;
    }
    assertThat(held).isBetween((64 << 10) / 80, (64 << 10) / 45);
    assertThat(sketch.top(1)).containsExactly(ItemEstimate.exact("heavy", 1_000_000));
    assertThat(sketch.maxError()).isBetween(1L, 2L);
    assertThat(sketch.memoryBytes()).isLessThanOrEqualTo(64 << 10);
  }

  @Test
  void adaptive_itemsLongerThanTheMemory_fewestItemsAreHeldAllTheSame() {
    AdaptiveCounts sketch = new AdaptiveCounts(1_000, 8);
    for (int i = 0; i < 100; i++) {
      sketch.add(i % 7 + "x".repeat(5_000), 1);
    }
    assertThat(sketch.top(8)).hasSize(7);
    assertThat(sketch.maxError()).isZero();
  }

  @Test
  void countMin_candidateThatCameLate_lowerBoundIsItsWeightSince() {
    CountMin sketch = new CountMin(NO_MEMORY, 2);
    sketch.add("a", 10);
    sketch.add("b", 4);
    sketch.add("c", 3);
    sketch.add("c", 2);
    ItemEstimate late = sketch.estimate("c");
    assertThat(late.lowerBound()).isEqualTo(5);
    assertThat(late.upperBound()).isBetween(5L, 9L);
  }

  @ParameterizedTest
  @EnumSource
  void add_itemsOfEqualStringHash_areToldApart(SketchAlgorithm algorithm) {
    List<String> colliding = new ArrayList<>(List.of(""));
    for (int i = 0; i < 12; i++) {
      List<String> longer = new ArrayList<>();
      colliding.forEach(item -> longer.addAll(List.of(item + "Aa", item + "BB")));
      colliding = longer;
    }
    assertThat(colliding.stream().mapToInt(String::hashCode).distinct().count()).isEqualTo(1);
    TopKSketch sketch = algorithm.create(1 << 20, 100);
    for (int i = 0; i < colliding.size(); i++) {
      sketch.add(colliding.get(i), i + 1);
    }
    for (int i = 0; i < colliding.size(); i++) {
      ItemEstimate estimate = sketch.estimate(colliding.get(i));
      assertThat((long) i + 1).isBetween(estimate.lowerBound(), estimate.upperBound());
    }
    assertThat(sketch.top(1).get(0).item()).isEqualTo(colliding.get(colliding.size() - 1));
  }

  @ParameterizedTest
  @EnumSource
  void add_itemsOfEqualHash_areToldApart(SketchAlgorithm algorithm) {
    TopKSketch sketch = algorithm.create(1 << 16, 50);
    byte[] bytes = new byte[1_000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) ('a' + i % 26);
    }
    // Of every length, so that no two are equal; all under one hash.
    for (int length = 1; length <= 300; length++) {
      sketch.add(0x1234_5678_9ABCL, bytes, 0, length, length);
    }
    assertThat(sketch.total()).isEqualTo(300 * 301 / 2);
    for (ItemEstimate each : sketch.top(300)) {
      assertThat((long) each.item().length()).isBetween(each.lowerBound(), each.upperBound());
    }
  }

  @ParameterizedTest
  @EnumSource
  void merge_bytesOfVersion1_areReadAsWritten(SketchAlgorithm algorithm) throws IOException {
    byte[] golden = golden(algorithm);
    TopKSketch read = algorithm.create(4 << 10, 5);
    read.merge(golden);
    assertThat(read.toBytes()).isEqualTo(golden);
    ExactCounts exact = new ExactCounts();
    addExample(exact);
    assertThat(read.total()).isEqualTo(exact.total());
    assertThat(read.top(100)).hasSizeGreaterThan(1);
    for (ItemEstimate truth : exact.top(200)) {
      ItemEstimate known = read.estimate(truth.item());
      assertThat(truth.count()).isBetween(known.lowerBound(), known.upperBound());
      assertThat(known.upperBound() - known.lowerBound()).isLessThanOrEqualTo(read.maxError());
    }
  }

  @ParameterizedTest
  @EnumSource
  void merge_damaged_refuses(SketchAlgorithm algorithm) {
    byte[] good = example(algorithm).toBytes();
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> algorithm.create(4 << 10, 5).merge(cut))
          .withMessageContaining("end early");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> algorithm.create(4 << 10, 5).merge(Arrays.copyOf(good, good.length + 1)))
        .withMessageContaining("after their end");
  }

  /** Full, with an item of each length of number, and one without a UTF-8 form. */
  private static TopKSketch example(SketchAlgorithm algorithm) {
    TopKSketch sketch = algorithm.create(4 << 10, 5);
    addExample(sketch);
    return sketch;
  }

  @ParameterizedTest
  @EnumSource
  void reset_afterMoreThanFits_countsAsIfNew(SketchAlgorithm algorithm) {
    TopKSketch sketch = algorithm.create(1 << 14, 20);
    for (int i = 0; i < 2_000; i++) {
      sketch.add("item-" + i, 1 + i % 7);
    }
    long memory = sketch.memoryBytes();

    sketch.reset();

    assertThat(sketch.total()).isZero();
    assertThat(sketch.maxError()).isZero();
    assertThat(sketch.top(10)).isEmpty();
    assertThat(sketch.estimate("item-3").upperBound()).isZero();
    assertThat(sketch.memoryBytes()).isEqualTo(memory);
    TopKSketch fresh = algorithm.create(1 << 14, 20);
    addExample(sketch);
    addExample(fresh);
    assertThat(sketch.toBytes()).isEqualTo(fresh.toBytes());
  }

  private static void addExample(TopKSketch sketch) {
    for (int i = 0; i < 200; i++) {
      sketch.add("/page-" + i % 120, 1 + i % 7);
    }
    for (int bits = 8; bits < 60; bits += 10) {
      sketch.add("/heavy-" + bits, 1L << bits);
    }
    sketch.add("half \uD83C", 300);
  }

  private static byte[] golden(SketchAlgorithm algorithm) throws IOException {
    String name = "/sketch/" + algorithm.code() + "-sketch-v1.bin";
    try (InputStream in =
        Objects.requireNonNull(SketchTest.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    }
  }
}
