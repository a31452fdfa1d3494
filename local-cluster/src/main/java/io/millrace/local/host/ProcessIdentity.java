package io.millrace.local.host;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One process of this machine. Process ids are used again, so the time at which it started belongs
 * to it.
 *
 * @param pid its process id
 * @param startedAt when it started, in milliseconds since the epoch; 0 where the system does not
 *     tell
 */
public record ProcessIdentity(long pid, long startedAt) {
  /** Systems derive the start from the clock, which may be corrected between two looks. */
  private static final long START_TOLERANCE_MILLIS = 2_000;

  private static final Duration END_LIMIT = Duration.ofSeconds(5);

  /** The identity of a running process. */
  public static ProcessIdentity of(ProcessHandle process) {
    return new ProcessIdentity(
        process.pid(), process.info().startInstant().map(Instant::toEpochMilli).orElse(0L));
  }

  /** This JVM. */
  public static ProcessIdentity current() {
    return of(ProcessHandle.current());
  }

  /** Whether this very process still runs, not another one with the same id. */
  public boolean isAlive() {
    return find().isPresent();
  }

  /** Asks the process to end where it still runs, and does not wait. */
  public void terminate() {
    find().ifPresent(ProcessHandle::destroy);
  }

  /**
   * Ends the process where it still runs: asks it, and kills it where it does not follow within 5
   * s.
   *
   * @return whether there was something to end
   */
  public boolean end() throws InterruptedException {
    Optional<ProcessHandle> found = find();
    if (found.isEmpty()) {
      return false;
    }
    ProcessHandle process = found.get();
    process.destroy();
    if (!hasEnded(process)) {
      process.destroyForcibly();
      hasEnded(process);
    }
    return true;
  }

  private Optional<ProcessHandle> find() {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(this::isSame);
  }

  private boolean isSame(ProcessHandle process) {
    long other = of(process).startedAt;
    return startedAt == 0 || other == 0 || Math.abs(startedAt - other) <= START_TOLERANCE_MILLIS;
  }

  private static boolean hasEnded(ProcessHandle process) throws InterruptedException {
    try {
      process.onExit().get(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("waiting for process " + process.pid() + " failed", e);
    }
  }
}
