package io.millrace.connector.files;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Serializable;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often what fails is tried again, and after how long: waits double, each cut by up to a half
 * at random, so that many who lost one server don't return to it together.
 *
 * @param attempts how often it is tried in all, positive
 * @param firstWaitMillis the first wait
 * @param longestWaitMillis the longest wait
 */
record Retries(int attempts, long firstWaitMillis, long longestWaitMillis) implements Serializable {
  static final Retries DEFAULT = new Retries(6, 500, 10_000);

  /** What may fail. */
  interface Attempt<T> {
    T make() throws IOException;
  }

  /**
   * Makes attempts until one succeeds. A {@link DamagedFileException} is no failure to try again.
   *
   * @param failed told of each failure
   * @throws IOException what the last attempt threw
   */
  <T> T call(Attempt<T> attempt, Runnable failed) throws IOException {
    for (int made = 1; ; made++) {
      try {
        return attempt.make();
      } catch (DamagedFileException e) {
        throw e;
      } catch (IOException e) {
        failed.run();
        if (made >= attempts) {
          throw e;
        }
        pause(made);
      }
    }
  }

  /** The wait after a number of failures, in milliseconds. */
  long waitMillis(int failures, double random) {
    long whole = Math.min(longestWaitMillis, firstWaitMillis << Math.min(failures - 1, 20));
    return whole - (long) (whole / 2.0 * random);
  }

  private void pause(int failures) throws InterruptedIOException {
    try {
      Thread.sleep(waitMillis(failures, ThreadLocalRandom.current().nextDouble()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("ended while it waited for another attempt");
    }
  }
}
