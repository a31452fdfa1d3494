package io.millrace.local.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.local.flink.FlinkRest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.apache.flink.api.common.JobID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at a job from outside, and takes a cluster that does not answer for one that is down. */
public final class JobWatch {
  private static final Logger LOG = LoggerFactory.getLogger(JobWatch.class);
  private static final String RUNNING = "RUNNING";

  private final FlinkRest rest;
  private final String job;

  /** Looks at the job of that id. */
  public JobWatch(FlinkRest rest, JobID id) {
    this.rest = rest;
    this.job = "/jobs/" + id.toHexString();
  }

  /**
   * Whether every task of the job runs, and was started at or after a time.
   *
   * @param since in milliseconds since the epoch; 0 for any time
   */
  public boolean runsSince(long since) throws InterruptedException {
    JsonNode overview = get(job);
    if (!overview.path("state").asText().equals(RUNNING)) {
      return false;
    }
    for (JsonNode vertex : overview.path("vertices")) {
      boolean all =
          vertex.path("tasks").path(RUNNING).asInt() == vertex.path("parallelism").asInt();
      if (!all || vertex.path("start-time").asLong() < since) {
        return false;
      }
    }
    return true;
  }

  /** Whether a checkpoint is complete that was started at or after a time. */
  public boolean hasCheckpointSince(long since) throws InterruptedException {
    JsonNode latest = get(job + "/checkpoints").path("latest").path("completed");
    return latest.path("trigger_timestamp").asLong() >= since;
  }

  /** Bytes of state in the checkpoint that was completed last; empty where nothing tells. */
  OptionalLong stateBytes() throws InterruptedException {
    JsonNode latest = get(job + "/checkpoints").path("latest").path("completed");
    JsonNode bytes = latest.path("state_size");
    return bytes.isNumber() ? OptionalLong.of(bytes.asLong()) : OptionalLong.empty();
  }

  /** Ids of the TaskManagers that run tasks, sorted. */
  List<String> busyTaskManagers() throws InterruptedException {
    List<String> busy = new ArrayList<>();
    for (JsonNode taskManager : get("/taskmanagers").path("taskmanagers")) {
      if (taskManager.path("freeSlots").asInt() < taskManager.path("slotsNumber").asInt()) {
        busy.add(taskManager.path("id").asText());
      }
    }
    Collections.sort(busy);
    return busy;
  }

  /** What REST answers; nothing where it does not. */
  private JsonNode get(String path) throws InterruptedException {
    try {
      return rest.get(path);
    } catch (IOException e) {
      LOG.debug("No answer for {}", path, e);
      return MissingNode.getInstance();
    }
  }
}
