package io.millrace.local.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** How long a job took to run again after each kill. */
public final class RestartTimes {
  private final List<Duration> times = new ArrayList<>();

  /** Adds one time. */
  public void add(Duration time) {
    times.add(time);
  }

  /** How many there are. */
  public int count() {
    return times.size();
  }

  /**
   * The least time that at least {@code percent} of all do not exceed.
   *
   * @param percent from 1 to 100
   * @throws IllegalStateException where there is none yet
   */
  public Duration percentile(int percent) {
    if (percent < 1 || percent > 100) {
      throw new IllegalArgumentException("the percentile must be from 1 to 100, is " + percent);
    }
    if (times.isEmpty()) {
      throw new IllegalStateException("there are no times yet");
    }
    List<Duration> sorted = new ArrayList<>(times);
    Collections.sort(sorted);
    int rank = (percent * sorted.size() + 99) / 100;
    return sorted.get(rank - 1);
  }

  @Override
  public String toString() {
    return times.isEmpty()
        ? "none measured"
        : String.format(
            Locale.ROOT,
            "p50 %.1fs, p99 %.1fs, max %.1fs of %d",
            seconds(50),
            seconds(99),
            seconds(100),
            count());
  }

  private double seconds(int percent) {
    return percentile(percent).toMillis() / 1_000.0;
  }
}
