package io.millrace.local.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.retention.OffsetRanges.Gap;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class OffsetRangesTest {
  @Test
  void gaps_areWhatIsMissing_betweenAndAtBothEnds() {
    OffsetRanges ranges = new OffsetRanges();
    for (long offset : new long[] {5, 6, 9, 7, 12}) {
      ranges.add("a:0", offset);
    }

    assertThat(ranges.gaps("a:0", 5, 7)).isEmpty();
    assertThat(ranges.gaps("a:0", 6, 6)).isEmpty();
    assertThat(ranges.gaps("a:0", 3, 14))
        .containsExactly(new Gap(3, 4), new Gap(8, 8), new Gap(10, 11), new Gap(13, 14));
    assertThat(ranges.gaps("a:0", 10, 11)).containsExactly(new Gap(10, 11));
    assertThat(ranges.gaps("a:1", 5, 7)).containsExactly(new Gap(5, 7));
  }

  @Test
  void offsetsInAnyOrder_inSeveralParts_areThoseOfASet() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      TreeSet<Long> expected = new TreeSet<>();
      OffsetRanges one = new OffsetRanges();
      OffsetRanges two = new OffsetRanges();
      for (int i = 0; i < 60; i++) {
        long offset = random.nextInt(80);
        expected.add(offset);
        (random.nextBoolean() ? one : two).add("t:1", offset);
      }
      one.addAll(two);

      List<Long> missing = new ArrayList<>();
      for (Gap gap : one.gaps("t:1", 0, 79)) {
        for (long offset = gap.first(); offset <= gap.last(); offset++) {
          missing.add(offset);
        }
      }
      List<Long> wanted = new ArrayList<>();
      for (long offset = 0; offset < 80; offset++) {
        if (!expected.contains(offset)) {
          wanted.add(offset);
        }
      }
      assertThat(missing).isEqualTo(wanted);
    }
  }
}
