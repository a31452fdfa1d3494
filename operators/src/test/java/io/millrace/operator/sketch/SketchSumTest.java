package io.millrace.operator.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SketchSumTest {
  /** Two sketches: a 1 and b 300, then b 2. */
  private static final byte[] PACKED = {
    3,
    1, // kind and version
    2, // sketches
    5,
    1,
    1,
    (byte) 0xAD,
    2,
    0, // bytes before the items: kind, version, total 301, floor
    2, // items
    0,
    1,
    'a',
    1,
    0, // the first to come, its length and bytes, lower bound, slack
    1,
    1,
    'b',
    (byte) 0xAC,
    2,
    0, // the second
    4,
    1,
    1,
    2,
    0, // total 2
    1, // item
    1,
    2,
    0 // the second again
  };

  private static byte[] form(Object... itemsAndWeights) {
    ExactCounts counts = new ExactCounts();
    for (int i = 0; i < itemsAndWeights.length; i += 2) {
      counts.add((String) itemsAndWeights[i], (int) itemsAndWeights[i + 1]);
    }
    return counts.toBytes();
  }

  @Test
  void pack_itemsOfSeveralSketches_areWrittenOnce() {
    SketchSum sum = new SketchSum();
    List<SketchSum.Addend> addends =
        List.of(sum.add(form("a", 1, "b", 300)), sum.add(form("b", 2)));
    assertThat(sum.pack(addends)).isEqualTo(PACKED);
    assertThat(SketchSum.unpack(PACKED)).containsExactly(form("a", 1, "b", 300), form("b", 2));
  }

  @Test
  void unpack_damaged_refuses() {
    for (int length = 0; length < PACKED.length; length++) {
      byte[] cut = Arrays.copyOf(PACKED, length);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SketchSum.unpack(cut))
          .withMessageContaining("end early");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SketchSum.unpack(Arrays.copyOf(PACKED, PACKED.length + 1)))
        .withMessageContaining("after their end");
    byte[] unknownItem = PACKED.clone();
    unknownItem[PACKED.length - 3] = 3;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SketchSum.unpack(unknownItem))
        .withMessageContaining("name item 3 of 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SketchSum.unpack(form("a", 1)))
        .withMessageContaining("are of kind 1");
  }

  @Test
  void offerTo_weightsBeyondLongForAWhile_findsTheHeaviestAfterwards() {
    SketchSum sum = new SketchSum();
    ExactCounts greatest = new ExactCounts();
    greatest.add("a", Long.MAX_VALUE - 5);
    SketchSum.Addend first = sum.add(greatest.toBytes());
    sum.add(greatest.toBytes());
    assertThat(sum.isBeyondLong()).isTrue();
    sum.subtract(first);
    TopSelection selection = new TopSelection(1, SketchAlgorithm.EXACT);
    sum.offerTo(selection);
    assertThat(selection.items().items())
        .extracting(ItemEstimate::count)
        .containsExactly(Long.MAX_VALUE - 5);
  }
}
