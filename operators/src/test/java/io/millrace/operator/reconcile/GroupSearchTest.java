package io.millrace.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.reconcile.GroupSearch.Result;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GroupSearchTest {
  @Test
  void of_oneSet_findsIt() {
    GroupSearch search = GroupSearch.of(new long[] {7, 60, 40, 13}, 100, 0);
    assertThat(search.result()).isEqualTo(Result.FOUND);
    assertThat(search.members()).containsExactly(1, 2);
  }

  @Test
  void of_twoSets_isAmbiguous() {
    assertThat(GroupSearch.of(new long[] {60, 40, 50, 50}, 100, 0).result())
        .isEqualTo(Result.AMBIGUOUS);
  }

  @Test
  void of_withinTolerance_takesTheNearest() {
    GroupSearch search = GroupSearch.of(new long[] {60, 41, 38}, 100, 5);
    assertThat(search.members()).containsExactly(0, 1);
  }

  @Test
  void of_aSingleAmount_isNoGroup() {
    assertThat(GroupSearch.of(new long[] {100, 7}, 100, 0).result()).isEqualTo(Result.NONE);
  }

  @Test
  void of_tooMany_givesUp() {
    long[] amounts = new long[GroupSearch.MOST_PARTS + 1];
    Arrays.fill(amounts, 1);
    assertThat(GroupSearch.of(amounts, 1_000, 0).result()).isEqualTo(Result.GAVE_UP);
    long[] hard = new long[40];
    for (int i = 0; i < hard.length; i++) {
      hard[i] = 1_000_003L + 2L * i * i;
    }
    assertThat(GroupSearch.of(hard, 20_000_001, 0).result()).isEqualTo(Result.GAVE_UP);
  }

  @Test
  void of_anyAmounts_agreesWithTryingAllSets() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 2_000; round++) {
      long[] amounts = new long[random.nextInt(9)];
      Arrays.setAll(amounts, i -> random.nextInt(-20, 40));
      long target = random.nextInt(-30, 90);
      int best = Integer.MAX_VALUE;
      int found = 0;
      for (int set = 0; set < 1 << amounts.length; set++) {
        long sum = 0;
        for (int i = 0; i < amounts.length; i++) {
          sum += (set >> i & 1) == 1 ? amounts[i] : 0;
        }
        int distance = (int) Math.abs(sum - target);
        if (Integer.bitCount(set) >= 2 && distance <= 2) {
          found = distance < best ? 1 : distance == best ? found + 1 : found;
          best = Math.min(best, distance);
        }
      }
      Result expected = found == 0 ? Result.NONE : found == 1 ? Result.FOUND : Result.AMBIGUOUS;
      assertThat(GroupSearch.of(amounts, target, 2).result())
          .as("%s of %s", target, Arrays.toString(amounts))
          .isEqualTo(expected);
    }
  }
}
