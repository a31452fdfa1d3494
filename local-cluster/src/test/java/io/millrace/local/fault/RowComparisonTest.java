package io.millrace.local.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowComparisonTest {
  private static final PublishedRow A = new PublishedRow("a", "1");
  private static final PublishedRow B = new PublishedRow("b", "2");

  @Test
  void sameRows_inAnyOrder_areClean() {
    assertThat(RowComparison.of(List.of(A, B), List.of(B, A)))
        .isEqualTo(new RowComparison(0, 0, 0, List.of()));
  }

  @Test
  void everyFault_isCountedAndNamed() {
    assertThat(
            RowComparison.of(
                List.of(A, B, new PublishedRow("c", "total=10 | x")),
                List.of(B, B, new PublishedRow("c", "total=11 | x"), new PublishedRow("d", "4"))))
        .isEqualTo(
            new RowComparison(
                1,
                1,
                2,
                List.of(
                    "lost: a",
                    "twice: b, 2 times",
                    "wrong: c is 'total=11 | x', must be 'total=10 | x'",
                    "wrong: d must not be there: 4")));
  }

  @Test
  void rowThatIsTwiceAndDiffers_isBoth() {
    RowComparison rows = RowComparison.of(List.of(A), List.of(A, new PublishedRow("a", "2")));

    assertThat(rows.twice()).isEqualTo(1);
    assertThat(rows.wrong()).isEqualTo(1);
  }

  @Test
  void onlyTheFirstOfAKind_areNamed() {
    List<PublishedRow> expected =
        List.of(A, B, new PublishedRow("c", ""), new PublishedRow("d", ""));

    RowComparison rows = RowComparison.of(expected, List.of());
    assertThat(rows.lost()).isEqualTo(4);
    assertThat(rows.named()).containsExactly("lost: a", "lost: b", "lost: c");
  }

  @Test
  void expectationWithOneIdentityTwice_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RowComparison.of(List.of(A, A), List.of(A)));
  }
}
