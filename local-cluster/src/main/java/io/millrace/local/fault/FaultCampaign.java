package io.millrace.local.fault;

import io.millrace.local.fault.Fault.Target;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/**
 * Does the faults of a schedule one after the other, and measures how long the job takes to come
 * back from each. A fault that is due while the job has not come back from the one before waits.
 */
public final class FaultCampaign {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration RECOVERY_LIMIT = Duration.ofMinutes(2);
  private static final long POSTPONED_MILLIS = 1_000;

  private final FaultInjector injector;
  private final JobWatch watch;
  private final BooleanSupplier stop;
  private final PrintStream out;
  private final RestartTimes restarts = new RestartTimes();
  private int kills;
  private int others;
  private int notRecovered;

  /**
   * A campaign against one job.
   *
   * @param stop ends it early
   * @param out gets a line for each fault
   */
  public FaultCampaign(
      FaultInjector injector, JobWatch watch, BooleanSupplier stop, PrintStream out) {
    this.injector = injector;
    this.watch = watch;
    this.stop = stop;
    this.out = out;
  }

  /**
   * Does all faults; returns when the job has come back from the last one.
   *
   * @param limit no fault is begun later than this after the start
   * @throws IOException where a fault can't be done, or a process not be started again
   */
  public void run(FaultSchedule schedule, Duration limit) throws IOException, InterruptedException {
    long start = System.nanoTime();
    for (Fault fault : schedule.faults()) {
      long late = millisSince(start) - fault.at();
      if (late < 0) {
        var unused = await(() -> false, Duration.ofMillis(-late));
      }
      if (stop.getAsBoolean()) {
        return;
      }
      if (millisSince(start) > limit.toMillis()) {
        out.println(fault + ": left out, the time is over");
      } else {
        run(fault, Math.max(0, late));
      }
    }
  }

  /** How long the job took to run again after its TaskManagers and JobManagers were killed. */
  public RestartTimes restarts() {
    return restarts;
  }

  /** How many processes were killed. */
  public int kills() {
    return kills;
  }

  /** How many other faults were done. */
  public int others() {
    return others;
  }

  /** From how many faults the job did not come back in 2 minutes. */
  public int notRecovered() {
    return notRecovered;
  }

  private void run(Fault fault, long lateMillis) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    long since = System.currentTimeMillis();
    String victim = injector.inject(fault);
    kills += fault.isKill() ? 1 : 0;
    others += fault.isKill() ? 0 : 1;
    boolean postponed = lateMillis >= POSTPONED_MILLIS;
    out.println(fault + ": " + victim + (postponed ? ", postponed by " + seconds(lateMillis) : ""));
    StringBuilder line = new StringBuilder();
    boolean runs = true;
    // A job outlives its broker's absence, and what is wrong with the network, without a restart.
    if (fault.target() != Target.BROKER) {
      runs = await(() -> watch.runsSince(since), RECOVERY_LIMIT);
      long took = millisSince(begun);
      if (runs) {
        line.append("runs again after ").append(seconds(took)).append(", ");
        if (fault.isKill()) {
          restarts.add(Duration.ofMillis(took));
        }
      }
    }
    long remaining = fault.lastingMillis() - millisSince(begun);
    if (remaining > 0) {
      var unused = await(() -> false, Duration.ofMillis(remaining));
    }
    injector.undo();
    long undone = System.currentTimeMillis();
    boolean back =
        runs && await(() -> watch.runsSince(0) && watch.hasCheckpointSince(undone), RECOVERY_LIMIT);
    if (back) {
      line.append("checkpoint after ");
    } else if (!stop.getAsBoolean()) {
      line.append("NOT back after ");
      notRecovered++;
    } else {
      return;
    }
    out.println("      " + line + seconds(millisSince(begun)));
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws InterruptedException;
  }

  /** Waits for a condition, at most for {@code limit}; tells whether it came. */
  private boolean await(Condition condition, Duration limit) throws InterruptedException {
    long start = System.nanoTime();
    while (!condition.holds()) {
      long left = limit.toMillis() - millisSince(start);
      if (left <= 0 || stop.getAsBoolean()) {
        return false;
      }
      Thread.sleep(Math.min(left, POLL.toMillis()));
    }
    return true;
  }

  private static long millisSince(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos).toMillis();
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.1fs", millis / 1_000.0);
  }
}
