package io.millrace.job;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.state.CompletedCheckpointStorageLocation;
import org.apache.flink.runtime.state.filesystem.AbstractFsCheckpointStorageAccess;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamGraphHasherV2;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the savepoint that a job is to be restored from with the job, before it is submitted.
 * Flink does that too, but then the job is submitted already, and the message has a hash in place
 * of the operator's uid.
 */
final class SavepointCheck {
  private static final Logger LOG = LoggerFactory.getLogger(SavepointCheck.class);

  private SavepointCheck() {}

  /**
   * Checks that every operator with state in the savepoint is an operator of the job, unless the
   * user allows to drop state. A savepoint that can't be read here, such as one on a disk that only
   * the cluster has, is left to the cluster.
   *
   * @throws ProgramParametrizationException where one is not; the message has its uid
   */
  static void requireKnownUids(StreamExecutionEnvironment env) {
    ReadableConfig flink = env.getConfiguration();
    String path = flink.getOptional(StateRecoveryOptions.SAVEPOINT_PATH).orElse("");
    if (path.isEmpty() || flink.get(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE)) {
      return;
    }
    Collection<OperatorState> saved;
    try {
      saved = operators(path);
    } catch (IOException e) {
      LOG.warn("Can't read the savepoint {} here, so only the cluster checks it", path, e);
      return;
    }
    requireKnownUids(path, saved, env.getStreamGraph(false));
  }

  private static void requireKnownUids(
      String path, Collection<OperatorState> saved, StreamGraph job) {
    Map<String, String> uidsOfJob = new TreeMap<>();
    for (StreamNode node : job.getStreamNodes()) {
      String uid = node.getTransformationUID();
      byte[] hash = StreamGraphHasherV2.generateUserSpecifiedHash(uid);
      uidsOfJob.put(HexFormat.of().formatHex(hash), uid);
    }
    TreeSet<String> unknown = new TreeSet<>();
    TreeSet<String> fresh = new TreeSet<>(uidsOfJob.values());
    for (OperatorState operator : saved) {
      String id = operator.getOperatorID().toHexString();
      String uid = uidsOfJob.get(id);
      if (uid != null) {
        fresh.remove(uid);
      } else if (operator.getStates().stream().anyMatch(state -> state.hasState())) {
        unknown.add(
            operator.getOperatorUid().orElse("(none; its id is " + id + ")")
                + operator.getOperatorName().map(name -> " (" + name + ")").orElse(""));
      }
    }
    if (!unknown.isEmpty()) {
      throw JobConfig.invalid(
          String.format(
              "the savepoint %s has state of operators whose uid this job doesn't have: %s. Their"
                  + " state would be lost, so nothing was restored. Give the operators their uids"
                  + " back%s, restore with the version that took the savepoint, or drop that state"
                  + " with flink run --allowNonRestoredState",
              path,
              String.join(", ", unknown),
              fresh.isEmpty() ? "" : " (the job has, and the savepoint has not: " + fresh + ")"));
    }
  }

  private static Collection<OperatorState> operators(String path) throws IOException {
    CompletedCheckpointStorageLocation location =
        AbstractFsCheckpointStorageAccess.resolveCheckpointPointer(path);
    try (DataInputStream metadata =
        new DataInputStream(location.getMetadataHandle().openInputStream())) {
      return Checkpoints.loadCheckpointMetadata(
              metadata, SavepointCheck.class.getClassLoader(), location.getExternalPointer())
          .getOperatorStates();
    }
  }
}
