package io.millrace.operator.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("try") // A harness declares that close may be interrupted.
class VersionFunctionTest {
  private static final OutputTag<Item> CONFLICTING =
      new OutputTag<>("conflicting", TypeInformation.of(Item.class));
  private static final long KEPT_MILLIS = 1_000;

  /** A version of an item. */
  public record Item(String id, long number, String says) {}

  private static final class OfItems implements Versions<Item> {
    private static final long serialVersionUID = 1L;

    @Override
    public String id(Item item) {
      return item.id();
    }

    @Override
    public long number(Item item) {
      return item.number();
    }

    @Override
    public String digest(Item item) {
      return item.says();
    }
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, Item, Item> harness(
      @Nullable OperatorSubtaskState state) throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(
                new VersionFunction<>(new OfItems(), KEPT_MILLIS, CONFLICTING)),
            Item::id,
            Types.STRING);
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
    return harness;
  }

  private static List<Item> conflicting(
      KeyedOneInputStreamOperatorTestHarness<String, Item, Item> harness) {
    List<Item> items = new ArrayList<>();
    var output = harness.getSideOutput(CONFLICTING);
    if (output != null) {
      output.forEach(each -> items.add(each.getValue()));
    }
    return items;
  }

  /** {@code restoring} 0: never; else after so many items each time. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void versions_inAnyOrder_passOnceAndNeverBackwards(int restoring) throws Exception {
    List<Item> given =
        List.of(
            new Item("a", 0, "first"),
            new Item("a", 0, "first"),
            new Item("b", 5, "fifth"),
            new Item("b", 4, "fourth"),
            new Item("a", 0, "something else"),
            new Item("a", 1, "second"),
            new Item("a", 0, "first"),
            new Item("b", 5, "not the fifth"),
            new Item("b", 6, "fifth"));
    List<Item> passed = new ArrayList<>();
    List<Item> conflicts = new ArrayList<>();
    var harness = harness(null);
    for (int i = 0; i < given.size(); i++) {
      if (restoring > 0 && i % restoring == 0) {
        passed.addAll(harness.extractOutputValues());
        conflicts.addAll(conflicting(harness));
        OperatorSubtaskState state = harness.snapshot(i, i);
        harness.close();
        harness = harness(state);
      }
      harness.processElement(given.get(i), i);
    }
    passed.addAll(harness.extractOutputValues());
    conflicts.addAll(conflicting(harness));

    assertThat(passed).containsExactly(given.get(0), given.get(2), given.get(5), given.get(8));
    assertThat(conflicts).containsExactly(given.get(4), given.get(7));
    assertThat(harness.numKeyedStateEntries()).isEqualTo(2);
    assertThat(harness.numEventTimeTimers()).isEqualTo(2);
    harness.close();
  }

  @Test
  void lastVersion_isKnownUntilTheWatermarkIsThere_andThenNothingIsLeft() throws Exception {
    try (var harness = harness(null)) {
      Item first = new Item("a", 7, "x");
      harness.processElement(first, 5_000);
      Item second = new Item("a", 8, "x");
      harness.processElement(second, 4_000);
      harness.processWatermark(5_999);
      harness.processElement(new Item("a", 8, "x"), 4_000);
      assertThat(harness.extractOutputValues()).containsExactly(first, second);
      assertThat(harness.numKeyedStateEntries()).isEqualTo(1);

      harness.processWatermark(6_000);

      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
      harness.processElement(first, 6_000);
      assertThat(harness.extractOutputValues()).containsExactly(first, second, first);
      harness.processWatermark(Long.MAX_VALUE);
      assertThat(harness.numKeyedStateEntries()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, (1L << 60) + 1})
  void timesThatVersionsCantBeKeptFor_areRefused(long millis) {
    assertThatThrownBy(() -> new VersionFunction<>(new OfItems(), millis, CONFLICTING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be kept for");
  }
}
