package io.millrace.local.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.flink.JobProgress.Split;
import org.junit.jupiter.api.Test;

class PartitionTimeTest {
  private static final long SECOND = 1_000_000_000L;

  /** What is known after looks a second apart; each is a watermark and an idle time. */
  private static PartitionTime seen(long... looks) {
    PartitionTime time = PartitionTime.of(null, new Split("v", looks[0], looks[1]), 0);
    for (int i = 2; i < looks.length; i += 2) {
      time = PartitionTime.of(time, new Split("v", looks[i], looks[i + 1]), i / 2 * SECOND);
    }
    return time;
  }

  @Test
  void isIdle_firstLook_isNotKnown() {
    assertThat(seen(7, 60_000).isIdle(0)).isFalse();
  }

  @Test
  void isIdle_idleTimeGrowsAndNothingComes_holdsUntilItIsToldAgain() {
    assertThat(seen(7, 0, 7, 5_000).isIdle(SECOND)).isTrue();
    PartitionTime untold = seen(7, 0, 7, 5_000, 7, 5_000, 7, 5_000);
    assertThat(untold.isIdle(SECOND + PartitionTime.IDLE_NANOS - 1)).isTrue();
    assertThat(untold.isIdle(SECOND + PartitionTime.IDLE_NANOS)).isFalse();
  }

  @Test
  void isIdle_somethingCame_isNotIdle() {
    assertThat(seen(7, 0, 7, 5_000, 8, 5_000).isIdle(2 * SECOND)).isFalse();
    assertThat(seen(7, 0, 8, 5_000).isIdle(SECOND)).isFalse();
  }

  @Test
  void isIdle_neverHadARecord_isIdle() {
    assertThat(seen(Long.MIN_VALUE, 0, Long.MIN_VALUE, 900).isIdle(SECOND)).isTrue();
  }

  @Test
  void isIdle_standsStillButIsWaitedFor_isNotIdle() {
    assertThat(seen(7, 0, 7, 0, 7, 0).isIdle(2 * SECOND)).isFalse();
  }
}
