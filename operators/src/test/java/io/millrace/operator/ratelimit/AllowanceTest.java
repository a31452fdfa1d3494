package io.millrace.operator.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hand-computed numbers, borders and overflows. */
final class AllowanceTest {
  private static final long T = 1_700_000_000_000L;

  private static RateTerms terms(RateAlgorithm algorithm, long limit, long periodMillis) {
    return RateTerms.of(algorithm, limit, periodMillis, limit);
  }

  /** Takes a cost if there is enough. */
  private static boolean ask(Allowance allowance, RateTerms terms, long at, long cost) {
    allowance.advance(terms, at);
    boolean admitted = allowance.admits(terms, cost);
    if (admitted) {
      allowance.take(terms, cost);
    }
    return admitted;
  }

  @Test
  void tokenBucket_seedsFigures_refillsByElapsedTime() {
    RateTerms terms = RateTerms.of(RateAlgorithm.TOKEN_BUCKET, 10, 1000, 100);
    Allowance bucket = terms.algorithm().full();

    assertThat(ask(bucket, terms, T, 100)).isTrue();
    assertThat(ask(bucket, terms, T, 1)).isFalse();
    assertThat(bucket.retryAfterMillis(terms, 1)).isEqualTo(100);
    assertThat(bucket.retryAfterMillis(terms, 101)).isEqualTo(Allowance.NEVER);
    assertThat(ask(bucket, terms, T + 99, 1)).isFalse();
    assertThat(ask(bucket, terms, T + 100, 1)).isTrue();
    assertThat(ask(bucket, terms, T + 5100, 50)).isTrue();
    assertThat(bucket.remaining(terms)).isZero();
    assertThat(bucket.resetAt(terms)).isEqualTo(T + 15_100);
  }

  @Test
  void tokenBucket_limitThatDoesNotDivide_losesNothing() {
    RateTerms terms = terms(RateAlgorithm.TOKEN_BUCKET, 3, 1000);
    Allowance bucket = terms.algorithm().full();
    ask(bucket, terms, T, 3);
    long admitted = 0;
    for (long at = T + 1; at <= T + 1_000_000; at++) {
      admitted += ask(bucket, terms, at, 1) ? 1 : 0;
    }
    assertThat(admitted).isEqualTo(3_000);
  }

  @Test
  void leakyQueue_requestsBehindEachOther_waitForTheirTurn() {
    RateTerms terms = RateTerms.of(RateAlgorithm.LEAKY_QUEUE, 2, 1000, 3);
    Allowance queue = terms.algorithm().full();
    queue.advance(terms, T);
    assertThat(queue.delayMillis(terms)).isZero();
    queue.take(terms, 1);
    assertThat(queue.delayMillis(terms)).isEqualTo(500);
    queue.take(terms, 1);
    assertThat(queue.delayMillis(terms)).isEqualTo(1000);
    queue.take(terms, 1);
    assertThat(queue.admits(terms, 1)).isFalse();
    assertThat(queue.retryAfterMillis(terms, 1)).isEqualTo(500);
  }

  @Test
  void fixedWindow_refusedRequests_areNotCounted() {
    RateTerms terms = terms(RateAlgorithm.FIXED_WINDOW, 2, 1000);
    Allowance window = terms.algorithm().full();
    assertThat(ask(window, terms, 10_100, 1)).isTrue();
    assertThat(ask(window, terms, 10_200, 2)).isFalse();
    assertThat(window.remaining(terms)).isOne();
    assertThat(ask(window, terms, 10_300, 1)).isTrue();
    assertThat(window.retryAfterMillis(terms, 1)).isEqualTo(700);
    assertThat(window.resetAt(terms)).isEqualTo(11_000);
    assertThat(ask(window, terms, 10_999, 1)).isFalse();
    assertThat(ask(window, terms, 11_000, 2)).isTrue();
  }

  @Test
  void slidingLog_simultaneousRequests_areAllCounted() {
    RateTerms terms = terms(RateAlgorithm.SLIDING_LOG, 3, 1000);
    Allowance log = terms.algorithm().full();
    for (int i = 0; i < 3; i++) {
      assertThat(ask(log, terms, T, 1)).isTrue();
    }
    assertThat(ask(log, terms, T, 1)).isFalse();
    assertThat(ask(log, terms, T + 999, 1)).isFalse();
    assertThat(log.retryAfterMillis(terms, 1)).isOne();
    assertThat(ask(log, terms, T + 1000, 3)).as("the period is (t - period, t]").isTrue();
  }

  @Test
  void slidingCounter_windowBefore_countsByItsShare() {
    RateTerms terms = terms(RateAlgorithm.SLIDING_COUNTER, 10, 1000);
    Allowance counter = terms.algorithm().full();
    assertThat(ask(counter, terms, 5_500, 10)).isTrue();
    assertThat(ask(counter, terms, 6_000, 1)).isFalse();
    assertThat(counter.retryAfterMillis(terms, 1)).isEqualTo(100);
    assertThat(ask(counter, terms, 6_099, 1)).isFalse();
    assertThat(ask(counter, terms, 6_100, 1)).isTrue();
    counter.advance(terms, 6_550);
    assertThat(counter.remaining(terms)).as("10 - 1 - 4.5").isEqualTo(4);
    assertThat(counter.resetAt(terms)).isEqualTo(8_000);
  }

  @Test
  void gcra_emissionInterval_isTheLeastDistanceOnceTheBurstIsGone() {
    RateTerms terms = RateTerms.of(RateAlgorithm.GCRA, 60, 60_000, 1);
    Allowance gcra = terms.algorithm().full();
    assertThat(ask(gcra, terms, T, 1)).isTrue();
    assertThat(ask(gcra, terms, T + 999, 1)).isFalse();
    assertThat(ask(gcra, terms, T + 1000, 1)).isTrue();
    assertThat(ask(gcra, terms, T + 1500, 1)).isFalse();
    assertThat(gcra.retryAfterMillis(terms, 1)).isEqualTo(500);
  }

  @ParameterizedTest
  @EnumSource(RateAlgorithm.class)
  void advance_clockStepsBack_nothingComesBack(RateAlgorithm algorithm) {
    RateTerms terms = terms(algorithm, 5, 1000);
    Allowance allowance = algorithm.full();
    assertThat(ask(allowance, terms, T, 5)).isTrue();
    assertThat(ask(allowance, terms, T - 10_000, 1)).isFalse();
    assertThat(ask(allowance, terms, T - 1, 1)).isFalse();
    assertThat(allowance.now()).isEqualTo(T);
  }

  @ParameterizedTest
  @EnumSource(RateAlgorithm.class)
  void take_peek_changesNothing(RateAlgorithm algorithm) {
    RateTerms terms = terms(algorithm, 5, 1000);
    Allowance allowance = algorithm.full();
    ask(allowance, terms, T, 5);
    assertThat(ask(allowance, terms, T, 0)).isTrue();
    assertThat(allowance.remaining(terms)).isZero();
    assertThat(form(allowance)).isEqualTo(form(ask5(terms)));
  }

  private static Allowance ask5(RateTerms terms) {
    Allowance allowance = terms.algorithm().full();
    ask(allowance, terms, T, 5);
    return allowance;
  }

  @ParameterizedTest
  @EnumSource(RateAlgorithm.class)
  void write_anyState_isReadAsItWas(RateAlgorithm algorithm) {
    RateTerms terms = terms(algorithm, 7, 900);
    Allowance allowance = algorithm.full();
    for (long at = T; at < T + 2_000; at += 130) {
      ask(allowance, terms, at, 1 + at % 3);
      Allowance read = algorithm.read(new FormReader(form(allowance), "an allowance"));
      read.advance(terms, at + 50);
      allowance.advance(terms, at + 50);
      assertThat(form(read)).isEqualTo(form(allowance));
      assertThat(read.remaining(terms)).isEqualTo(allowance.remaining(terms));
    }
  }

  private static byte[] form(Allowance allowance) {
    FormWriter out = new FormWriter(16);
    allowance.write(out);
    return out.toBytes();
  }

  @ParameterizedTest
  @EnumSource(value = RateAlgorithm.class, names = "SLIDING_LOG", mode = EnumSource.Mode.EXCLUDE)
  void take_greatestNumbers_noOverflow(RateAlgorithm algorithm) {
    long year = 366L * 24 * 60 * 60 * 1000;
    long limit = RateTerms.GREATEST_PRODUCT / year;
    RateTerms terms = terms(algorithm, limit, year);
    Allowance allowance = algorithm.full();
    assertThat(ask(allowance, terms, 0, limit)).isTrue();
    assertThat(allowance.remaining(terms)).isZero();
    assertThat(ask(allowance, terms, 0, Long.MAX_VALUE)).isFalse();
    assertThat(ask(allowance, terms, 1, limit)).isFalse();
    assertThat(ask(allowance, terms, 3 * year, limit)).isTrue();
    assertThat(ask(allowance, terms, 4 * year - 1, limit)).isFalse();
    assertThat(allowance.retryAfterMillis(terms, limit)).isPositive().isLessThanOrEqualTo(year + 1);
  }

  @Test
  void terms_numbersOutOfRange_areRefusedWithAdvice() {
    assertThatThrownBy(() -> RateTerms.of(RateAlgorithm.GCRA, 1L << 40, 1L << 30, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("make the period shorter");
    assertThatThrownBy(() -> RateTerms.of(RateAlgorithm.SLIDING_LOG, 100_001, 1000, 1))
        .hasMessageContaining("sliding counter");
    assertThatThrownBy(() -> RateTerms.of(RateAlgorithm.GCRA, 1, 0, 1))
        .hasMessageContaining("at least 1 ms");
  }

  @ParameterizedTest
  @EnumSource(RateAlgorithm.class)
  void admits_limitOfZero_refusesForGood(RateAlgorithm algorithm) {
    RateTerms terms = terms(algorithm, 0, 1000);
    Allowance allowance = algorithm.full();
    assertThat(ask(allowance, terms, T, 1)).isFalse();
    assertThat(allowance.retryAfterMillis(terms, 1)).isEqualTo(Allowance.NEVER);
  }

  @ParameterizedTest
  @EnumSource(RateAlgorithm.class)
  void become_limitRaisedAndLowered_whatWasTakenStaysTaken(RateAlgorithm algorithm) {
    RateTerms ten = terms(algorithm, 10, 1000);
    RateTerms twenty = terms(algorithm, 20, 1000);
    RateTerms four = terms(algorithm, 4, 1000);
    Allowance allowance = algorithm.full();
    ask(allowance, ten, 10_000, 7);
    allowance.become(ten, twenty);
    assertThat(allowance.remaining(twenty)).isEqualTo(13);
    allowance.become(twenty, four);
    assertThat(allowance.remaining(four)).isZero();
    assertThat(allowance.admits(four, 1)).isFalse();
  }
}
