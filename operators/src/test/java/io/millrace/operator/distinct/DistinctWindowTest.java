package io.millrace.operator.distinct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistinctWindowTest {
  private static final int PARTS_IN_WINDOW = 10;

  private final DistinctWindow.Room room = new DistinctWindow.Room();

  @ParameterizedTest
  @ValueSource(ints = {1, 30, 99, 101, 150, 500, 1_500, 5_000})
  void count_partsComeAndGo_isThatOfASampleOfThoseInTheWindow(int items) {
    SplittableRandom random = new SplittableRandom(items);
    Deque<long[]> parts = new ArrayDeque<>();
    DistinctWindow window = new DistinctWindow(room);
    int rebuilt = 0;
    for (int step = 0; step < 200; step++) {
      // Now and then a part has hardly anything, so that others are short of items.
      int size = step / 20 % 3 == 2 ? items / 20 : items;
      long[] part = part(random, size, 4L * items);
      parts.add(part);
      window.enter(part, 0, part.length);
      if (parts.size() > PARTS_IN_WINDOW) {
        long[] first = parts.remove();
        window.leave(first, 0, first.length);
      }
      if (window.isShort()) {
        rebuilt++;
        window = new DistinctWindow(room);
        for (long[] each : parts) {
          window.enter(each, 0, each.length);
        }
      }
      DistinctSample truth = new DistinctSample();
      parts.forEach(truth::merge);

      assertThat(window.isShort()).isFalse();
      assertThat(window.count()).as("step %d", step).isEqualTo(truth.count());
      assertThat(window.isExact()).isEqualTo(truth.isExact());
    }
    assertThat(rebuilt).isLessThan(40);
  }

  @Test
  void leave_partThatWasNotAdded_isRefused() {
    DistinctWindow window = new DistinctWindow(room);
    window.enter(new long[] {1, 5}, 0, 2);
    window.leave(new long[] {9, 1}, 1, 2);

    assertThatThrownBy(() -> window.leave(new long[] {1}, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("was not added");
    assertThat(window.count()).isEqualTo(1);
  }

  private static long[] part(SplittableRandom random, int size, long distinct) {
    DistinctSample sample = new DistinctSample();
    for (int i = 0; i < size; i++) {
      sample.add(new SplittableRandom(random.nextLong(distinct)).nextLong());
    }
    return sample.least();
  }
}
