package io.millrace.local.flink;

import java.time.Duration;

/**
 * What a user may choose about the Flink of a run.
 *
 * @param parallelism parallelism of jobs and number of slots, from 1 to 128
 * @param stateBackend where jobs keep their state
 * @param checkpointInterval time between two checkpoints, positive
 * @param port loopback port of Flink's UI and REST; 0 takes any free one
 */
public record FlinkSettings(
    int parallelism, StateBackend stateBackend, Duration checkpointInterval, int port) {
  /** The maximum parallelism of every job, which is also its number of key groups. */
  public static final int MAX_PARALLELISM = 128;

  /** Checks the ranges. */
  public FlinkSettings {
    requireParallelism(parallelism);
    require(checkpointInterval.toMillis() > 0, "the checkpoint interval must be at least 1ms");
    require(port >= 0 && port <= 65_535, "the port must be from 0 to 65535");
  }

  /**
   * Checks the parallelism of a job.
   *
   * @throws IllegalArgumentException where no job can have it
   */
  public static void requireParallelism(int parallelism) {
    require(
        parallelism >= 1 && parallelism <= MAX_PARALLELISM,
        "the parallelism must be from 1 to " + MAX_PARALLELISM + ", found " + parallelism);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
