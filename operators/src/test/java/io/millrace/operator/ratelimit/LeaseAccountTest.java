package io.millrace.operator.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Leases that are granted, used in part and settled. */
final class LeaseAccountTest {
  private static final long T = 1_700_000_000_000L;

  private static RuleBook book(RateAlgorithm algorithm, int limit, boolean shadow) {
    RuleBook book = new RuleBook();
    book.add(
        new RateRule(
            "all",
            1,
            0,
            LimitDimension.GLOBAL,
            null,
            null,
            algorithm,
            limit,
            1000,
            limit,
            shadow,
            0,
            false));
    return book;
  }

  private static LeaseDemand demand(long at, long units) {
    LeaseDemand demand = new LeaseDemand(at, null, null, "all");
    for (int i = 0; i < units; i++) {
      demand.add(1);
    }
    return demand;
  }

  @ParameterizedTest
  @EnumSource(RateAlgorithm.class)
  void grant_rounds_useNoMoreThanTheTextbookAdmits(RateAlgorithm algorithm) {
    RuleBook book = book(algorithm, 50, false);
    SplittableRandom random = new SplittableRandom(algorithm.code());
    Textbook textbook = Textbook.of(algorithm, 50, 1000, 50);
    LeaseAccount account = new LeaseAccount(LimitDimension.GLOBAL, new KeyLimits(), book);
    long used = 0;
    for (long epoch = T; epoch < T + 10_000; epoch += 100) {
      List<Lease> leases = new ArrayList<>();
      for (long at = epoch; at < epoch + 100; at += 1 + random.nextInt(20)) {
        leases.add(account.grant(demand(at, random.nextInt(4)), 0));
      }
      List<Long> unused = new ArrayList<>();
      for (Lease lease : leases) {
        long taken = lease.left() == 0 ? 0 : random.nextLong(lease.left() + 1);
        lease.take(taken);
        unused.add(lease.left());
        assertThat(textbook.admits(lease.demand().at(), taken)).isTrue();
        textbook.take(lease.demand().at(), taken);
        used += taken;
      }
      account.settle(0, unused);
      assertThat(account.isSettled()).isTrue();
      account = again(account, book);
    }
    assertThat(used).isGreaterThan(300);
  }

  /** The same after it was in state. */
  private static LeaseAccount again(LeaseAccount account, RuleBook book) {
    return new LeaseAccount(LimitDimension.GLOBAL, KeyLimits.of(account.settled().toBytes()), book);
  }

  @Test
  void grant_moreThanThereIs_saysWhoRefusesAndWhenMoreComes() {
    LeaseAccount account =
        new LeaseAccount(
            LimitDimension.GLOBAL, new KeyLimits(), book(RateAlgorithm.SLIDING_LOG, 5, false));
    assertThat(account.grant(demand(T, 3), 0).left()).isEqualTo(3);
    Lease lease = account.grant(demand(T + 10, 3), 1);
    assertThat(lease.left()).isEqualTo(2);
    assertThat(lease.limitedBy()).isEqualTo("all");
    assertThat(lease.retryAfterMillis()).isEqualTo(990);
    assertThat(lease.remaining()).isZero();
    assertThat(lease.limit()).isEqualTo(5);
  }

  @Test
  void settle_unusedLease_isThereForTheNext() {
    LeaseAccount account =
        new LeaseAccount(
            LimitDimension.GLOBAL, new KeyLimits(), book(RateAlgorithm.FIXED_WINDOW, 5, false));
    account.grant(demand(T, 5), 7);
    assertThat(account.grant(demand(T + 1, 1), 8).left()).isZero();
    account.settle(7, List.of(4L));
    assertThat(account.isSettled()).as("the other is still out").isFalse();
    assertThat(account.grant(demand(T + 2, 9), 9).left()).isEqualTo(4);
  }

  @Test
  void grant_ruleOnTrial_grantsAllAndTells() {
    LeaseAccount account =
        new LeaseAccount(LimitDimension.GLOBAL, new KeyLimits(), book(RateAlgorithm.GCRA, 2, true));
    Lease lease = account.grant(demand(T, 5), 0);
    assertThat(lease.left()).isEqualTo(5);
    assertThat(lease.shadow()).containsExactly("all");
  }

  @Test
  void settle_leaseThatWasNotGranted_isAnError() {
    LeaseAccount account =
        new LeaseAccount(
            LimitDimension.GLOBAL, new KeyLimits(), book(RateAlgorithm.GCRA, 2, false));
    assertThatThrownBy(() -> account.settle(0, List.of(1L)))
        .isInstanceOf(IllegalStateException.class);
  }
}
