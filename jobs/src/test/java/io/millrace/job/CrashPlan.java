package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * Which crashes are tried of a job: every point, at a few of its occurrences. In the long form,
 * {@code -Dmillrace.crashes=20}, they are the first so many occurrences; those that a run does not
 * come to are skipped.
 */
public final class CrashPlan {
  private static final int OCCURRENCES = Integer.getInteger("millrace.crashes", 0);

  private CrashPlan() {}

  /**
   * Point and occurrence of each crash.
   *
   * @param occurrences those of the short form, which every run comes to
   */
  public static Stream<Arguments> of(Collection<CrashPoint> points, List<Integer> occurrences) {
    List<Integer> tried =
        OCCURRENCES == 0 ? occurrences : IntStream.rangeClosed(1, OCCURRENCES).boxed().toList();
    return points.stream()
        .flatMap(point -> tried.stream().map(occurrence -> Arguments.of(point, occurrence)));
  }

  /** Checks that a run has failed once, and was as if it had not. */
  public static void check(CrashRun run) {
    if (OCCURRENCES > 0) {
      assumeTrue(run.struck(), "a run comes to this point less often");
    }
    assertThat(run.struck()).as("the failure was injected").isTrue();
    assertThat(run.isExactlyOnce()).as(run.toString()).isTrue();
  }
}
