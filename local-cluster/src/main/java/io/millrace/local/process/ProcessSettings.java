package io.millrace.local.process;

import io.millrace.local.flink.FlinkSettings;

/**
 * A Flink cluster of processes.
 *
 * @param flink what a user may choose about any Flink
 * @param jobManagers number of JobManagers, of which one leads and the others are ready to; from 1
 *     to 3
 * @param taskManagers number of TaskManagers that share the parallelism's slots; from 1 to 32
 * @param spareTaskManagers TaskManagers beyond these, ready to take over the work of one that dies;
 *     from 0 to 4
 * @param underFaults whether its processes are going to be killed: a job that fails is restarted
 *     for as long as it takes, instead of failing for good after 3 restarts in 5 minutes, and
 *     TaskManagers compile soon rather than well, since their lives are short
 */
public record ProcessSettings(
    FlinkSettings flink,
    int jobManagers,
    int taskManagers,
    int spareTaskManagers,
    boolean underFaults) {
  /** Checks the ranges. */
  public ProcessSettings {
    require(jobManagers >= 1 && jobManagers <= 3, "there must be 1 to 3 JobManagers");
    require(taskManagers >= 1 && taskManagers <= 32, "there must be 1 to 32 TaskManagers");
    require(
        spareTaskManagers >= 0 && spareTaskManagers <= 4,
        "there must be 0 to 4 spare TaskManagers");
  }

  /** Slots of one TaskManager, so that all that are no spares hold the parallelism. */
  int slots() {
    return (flink.parallelism() + taskManagers - 1) / taskManagers;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
