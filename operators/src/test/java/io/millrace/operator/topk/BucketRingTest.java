package io.millrace.operator.topk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.millrace.operator.sketch.ExactCounts;
import io.millrace.operator.sketch.ItemEstimate;
import io.millrace.operator.sketch.SketchAlgorithm;
import io.millrace.operator.sketch.TopSelection;
import io.millrace.operator.topk.BucketPanes.Pane;
import io.millrace.operator.window.PanedWindows;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BucketRingTest {
  private static final PanedWindows SLIDING = new PanedWindows(60_000, 20_000, 0);
  private static final String FORMER_COUNTS = "/sketch/exact-counts-v1.bin";

  private static HeavyHittersSpec spec(PanedWindows windows) {
    return new HeavyHittersSpec(windows, 10, SketchAlgorithm.ADAPTIVE, 1 << 20, 0, 1 << 20);
  }

  private static PartialCount counts(long pane, String item, long weight) {
    ExactCounts counts = new ExactCounts();
    counts.add(item, weight);
    return Partials.of(0, pane, SLIDING.firstWindowEnd(pane), counts);
  }

  /** Every window that is left, by its end. */
  private static Map<Long, TopSelection> publishAll(BucketRing ring) {
    Map<Long, TopSelection> windows = new TreeMap<>();
    ring.publish(
        Long.MAX_VALUE - 1,
        end -> windows.computeIfAbsent(end, any -> new TopSelection(10, SketchAlgorithm.ADAPTIVE)));
    return windows;
  }

  @Test
  void publish_tumblingWindowsOneAfterTheOther_eachHasItsOwnCountsInTheMemoryOfTheLast() {
    PanedWindows tumbling = new PanedWindows(20_000, 20_000, 0);
    BucketRing ring = new BucketRing(spec(tumbling), Long.MIN_VALUE);
    Map<Long, TopSelection> selections = new TreeMap<>();
    List<String> lines = new ArrayList<>();
    List<Long> memory = new ArrayList<>();
    for (int window = 0; window < 3; window++) {
      ExactCounts counts = new ExactCounts();
      for (int i = 0; i < 60; i++) {
        counts.add("item-" + window + "-" + i, 1);
      }
      counts.add("top", 10 + window);
      long pane = window * 20_000L;
      ring.add(Partials.of(0, pane, tumbling.firstWindowEnd(pane), counts));
      memory.add(ring.memoryBytes());
      ring.publish(
          pane + 20_000,
          end -> {
            TopSelection selection = new TopSelection(1, SketchAlgorithm.ADAPTIVE);
            lines.add(String.valueOf(end));
            selections.put(end, selection);
            return selection;
          });
    }
    selections.forEach((end, window) -> lines.add(window.total() + " " + counted(window)));
    assertThat(lines)
        .containsExactly("20000", "40000", "60000", "70 {top=10}", "71 {top=11}", "72 {top=12}");
    assertThat(memory.get(1)).isLessThanOrEqualTo(memory.get(0) + 1_000);
    assertThat(memory.get(2)).isEqualTo(memory.get(1));
  }

  @Test
  void publish_weightsBeyondLong_stayAtTheGreatestWhileTheyAreThere() {
    BucketRing ring = new BucketRing(spec(SLIDING), Long.MIN_VALUE);
    ring.add(counts(0, "a", Long.MAX_VALUE - 5));
    ring.add(counts(20_000, "a", 100));
    ring.add(counts(60_000, "b", 7));
    List<String> lines = new ArrayList<>();
    publishAll(ring)
        .forEach((end, window) -> lines.add(end + " " + window.total() + " " + counted(window)));
    assertThat(lines)
        .containsExactly(
            "20000 9223372036854775802 {a=9223372036854775802}",
            "40000 9223372036854775807 {a=9223372036854775807}",
            "60000 9223372036854775807 {a=9223372036854775807}",
            "80000 107 {a=100, b=7}",
            "100000 7 {b=7}",
            "120000 7 {b=7}");
    assertThat(ring.parts()).isEmpty();
    assertThat(ring.nextWindowEnd()).isEqualTo(BucketRing.NONE);
  }

  private static Map<String, Long> counted(TopSelection window) {
    Map<String, Long> counts = new TreeMap<>();
    for (ItemEstimate item : window.items().items()) {
      counts.put(item.item(), item.count());
    }
    return counts;
  }

  @ParameterizedTest
  @ValueSource(longs = {20_000, 60_000})
  void restore_countsOfVersionsBefore03_countOn(long slide) throws IOException {
    PanedWindows windows = new PanedWindows(60_000, slide, 0);
    BucketRing ring = new BucketRing(spec(windows), Long.MIN_VALUE);
    byte[] former = formerCounts();
    ring.restore(
        new Pane(0, windows.firstWindowEnd(0), 1, former.length, 0, BucketPanes.NO_BLOCK, 0, 0),
        List.of(former));
    ExactCounts more = new ExactCounts();
    more.add("/a", 1);
    ring.add(Partials.of(0, 0, windows.firstWindowEnd(0), more));
    for (TopSelection window : publishAll(ring).values()) {
      assertThat(counted(window)).containsEntry("/a", 8L).containsEntry("", 3L).hasSize(7);
    }
  }

  @Test
  void add_publishedWindow_refuses() {
    BucketRing ring = new BucketRing(spec(SLIDING), 40_000);
    assertThatIllegalStateException()
        .isThrownBy(() -> ring.add(counts(20_000, "a", 1)))
        .withMessageContaining("the window that ends at 40000");
  }

  @Test
  void nextWindowEnd_ofPanesInState_isThatOfTheRing() {
    for (long published : new long[] {Long.MIN_VALUE, 0, 20_000, 40_000}) {
      BucketRing ring = new BucketRing(spec(SLIDING), published);
      List<Pane> panes = List.of(Pane.none(20_000, 40_000), Pane.none(-20_000, 40_000));
      panes.forEach(pane -> ring.restore(pane, List.of()));
      assertThat(BucketRing.nextWindowEnd(panes, published, SLIDING))
          .isEqualTo(ring.nextWindowEnd())
          .isEqualTo(published == 40_000 ? 60_000 : 40_000);
    }
  }

  private static byte[] formerCounts() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            BucketRingTest.class.getResourceAsStream(FORMER_COUNTS), FORMER_COUNTS)) {
      return in.readAllBytes();
    }
  }
}
