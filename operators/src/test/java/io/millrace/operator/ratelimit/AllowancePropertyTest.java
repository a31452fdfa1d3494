package io.millrace.operator.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Every decision against {@link Textbook}, and the bound of each algorithm over its admissions. */
final class AllowancePropertyTest {
  private static final int REQUESTS = 120;

  /** How far apart requests are: bursts, steady, at the borders of periods, and long pauses. */
  private static long gap(SplittableRandom random, long period) {
    return switch (random.nextInt(6)) {
      case 0, 1 -> 0;
      case 2 -> random.nextLong(3);
      case 3 -> random.nextLong(1 + period / 2);
      case 4 -> period - 1 + random.nextLong(3);
      default -> random.nextLong(3 * period);
    };
  }

  @Property(tries = 300)
  void decisions_anyTrace_areTheTextbooks(
      @ForAll RateAlgorithm algorithm,
      @ForAll @IntRange(min = 1, max = 12) int limit,
      @ForAll @IntRange(min = 1, max = 977) int period,
      @ForAll @IntRange(min = 1, max = 15) int burst,
      @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RateTerms terms = RateTerms.of(algorithm, limit, period, burst);
    Allowance allowance = algorithm.full();
    Textbook textbook = Textbook.of(algorithm, limit, period, burst);
    List<long[]> admitted = new ArrayList<>();
    long now = 1_700_000_000_000L + random.nextLong(10_000);
    for (int i = 0; i < REQUESTS; i++) {
      now += gap(random, period);
      long cost = random.nextInt(4) == 0 ? random.nextInt(8) : 1;
      allowance.advance(terms, now);
      assertThat(allowance.remaining(terms)).isEqualTo(textbook.remaining(now));
      boolean expected = textbook.admits(now, cost);
      assertThat(allowance.admits(terms, cost)).isEqualTo(expected);
      if (expected) {
        allowance.take(terms, cost);
        textbook.take(now, cost);
        admitted.add(new long[] {now, cost});
      } else {
        assertRetry(allowance.retryAfterMillis(terms, cost), textbook, terms, now, cost);
      }
      assertFullFrom(allowance.resetAt(terms), textbook, terms, now);
    }
    assertBound(terms, admitted);
  }

  /** The wait is the least after which it would be admitted. */
  private static void assertRetry(
      long retry, Textbook textbook, RateTerms terms, long now, long cost) {
    if (retry == Allowance.NEVER) {
      assertThat(cost).isGreaterThan(terms.mostCost());
    } else {
      assertThat(textbook.admits(now + retry, cost)).isTrue();
      assertThat(textbook.admits(now + retry - 1, cost)).isFalse();
    }
  }

  /** All is there from then on, and not just before. */
  private static void assertFullFrom(long reset, Textbook textbook, RateTerms terms, long now) {
    assertThat(reset).isGreaterThanOrEqualTo(now);
    assertThat(textbook.remaining(reset)).isEqualTo(terms.mostCost());
    if (reset > now) {
      assertThat(textbook.remaining(reset - 1)).isLessThan(terms.mostCost());
    }
  }

  private static void assertBound(RateTerms terms, List<long[]> admitted) {
    for (int from = 0; from < admitted.size(); from++) {
      long sum = 0;
      for (int to = from; to < admitted.size(); to++) {
        sum += admitted.get(to)[1];
        long span = admitted.get(to)[0] - admitted.get(from)[0];
        switch (terms.algorithm()) {
          case TOKEN_BUCKET, LEAKY_BUCKET, LEAKY_QUEUE, GCRA ->
              assertThat(sum * terms.periodMillis())
                  .isLessThanOrEqualTo(terms.burst() * terms.periodMillis() + span * terms.limit());
          case SLIDING_LOG -> {
            if (span < terms.periodMillis()) {
              assertThat(sum).isLessThanOrEqualTo(terms.limit());
            }
          }
          case FIXED_WINDOW, SLIDING_COUNTER -> {
            if (window(terms, admitted.get(from)) == window(terms, admitted.get(to))) {
              assertThat(sum).isLessThanOrEqualTo(terms.limit());
            } else if (span < terms.periodMillis()) {
              assertThat(sum).isLessThanOrEqualTo(2 * terms.limit());
            }
          }
        }
      }
    }
  }

  private static long window(RateTerms terms, long[] admission) {
    return Math.floorDiv(admission[0], terms.periodMillis());
  }
}
