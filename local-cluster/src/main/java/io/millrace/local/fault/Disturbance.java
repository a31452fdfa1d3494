package io.millrace.local.fault;

import java.util.concurrent.TimeUnit;

/** What is wrong with one direction of a proxy. Used by the proxy's thread alone. */
final class Disturbance {
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How much later bytes arrive. */
  long delayNanos;

  /** How many bytes a second may pass; 0 for any number. */
  long bytesPerSecond;

  /** Whether bytes vanish. */
  boolean dropping;

  private long freeAt;

  void end() {
    delayNanos = 0;
    bytesPerSecond = 0;
    dropping = false;
  }

  /** How many bytes may be taken at once, at most {@code most}: a tenth of a second's worth. */
  int allowed(int most) {
    return bytesPerSecond == 0 ? most : (int) Math.max(1, Math.min(most, bytesPerSecond / 10));
  }

  /** Nanoseconds until the next bytes may pass; 0 or less for now. */
  long waitNanos(long now) {
    return bytesPerSecond == 0 ? 0 : freeAt - now;
  }

  /** Counts bytes that passed. */
  void passed(int bytes, long now) {
    if (bytesPerSecond > 0) {
      long start = freeAt - now > 0 ? freeAt : now;
      freeAt = start + bytes * SECOND_NANOS / bytesPerSecond;
    }
  }
}
