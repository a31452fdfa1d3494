package io.millrace.operator.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.TimerHeapInternalTimer;
import org.junit.jupiter.api.Test;

class DueTimersTest {
  private static final long[] ENDS = {Long.MIN_VALUE, Long.MIN_VALUE + 1, Long.MAX_VALUE};

  private record Timer(long time, long key) {}

  @Test
  void poll_anyHistory_givesEachTimerOnceInTheOrderOfTimes() {
    for (int seed = 0; seed < 30; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      DueTimers<Long> timers = new DueTimers<>();
      NavigableSet<Timer> expected =
          new TreeSet<>(Comparator.comparingLong(Timer::time).thenComparingLong(Timer::key));
      long now = seed % 3 == 0 ? -20_000 : 1_000_000;
      for (int step = 0; step < 2_000; step++) {
        Timer timer = new Timer(time(random, now), random.nextInt(5));
        if (random.nextInt(4) == 0) {
          timers.remove(of(timer));
          expected.remove(timer);
        } else {
          timers.add(of(timer));
          expected.add(timer);
        }
        if (random.nextInt(8) == 0) {
          now += random.nextInt(random.nextInt(10) == 0 ? 30_000 : 200);
          assertThat(fired(timers, now)).as("seed %d", seed).isEqualTo(fired(expected, now));
          assertThat(timers.all()).hasSameSizeAs(expected);
        }
      }
      assertThat(fired(timers, Long.MAX_VALUE)).isEqualTo(fired(expected, Long.MAX_VALUE));
      assertThat(timers.all()).isEmpty();
    }
  }

  /** Mostly of the next seconds; some are over, far away or at either end of time. */
  private static long time(SplittableRandom random, long now) {
    return switch (random.nextInt(12)) {
      case 0 -> ENDS[random.nextInt(ENDS.length)];
      case 1 -> now - random.nextInt(10_000);
      case 2 -> now + random.nextInt(50_000);
      default -> now + random.nextInt(8_000);
    };
  }

  /** The times that fire; timers of one time do so in any order. */
  private static List<Long> fired(DueTimers<Long> timers, long upTo) {
    List<Long> fired = new ArrayList<>();
    for (var timer = timers.poll(upTo); timer != null; timer = timers.poll(upTo)) {
      fired.add(timer.getTimestamp());
    }
    return fired;
  }

  private static List<Long> fired(NavigableSet<Timer> expected, long upTo) {
    List<Long> fired = new ArrayList<>();
    while (!expected.isEmpty() && expected.first().time() <= upTo) {
      fired.add(expected.pollFirst().time());
    }
    return fired;
  }

  private static TimerHeapInternalTimer<Long, VoidNamespace> of(Timer timer) {
    return new TimerHeapInternalTimer<>(timer.time(), timer.key(), VoidNamespace.INSTANCE);
  }
}
