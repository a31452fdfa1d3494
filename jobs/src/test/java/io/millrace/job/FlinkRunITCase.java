package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.web.HeavyHittersJob;
import io.millrace.local.broker.LocalBroker;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.client.cli.CliFrontend;
import org.apache.flink.client.cli.DefaultCLI;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flink's own command with the jar that users submit. */
class FlinkRunITCase {
  private static final Path SAVEPOINT =
      Path.of("src/test/resources/savepoints/0.1.0/heavy-hitters/_metadata");

  @Test
  @SuppressWarnings("SystemOut") // That is where the command writes.
  void runFromSavepoint_withAUidThatTheJobLacks_isRefusedWithTheUid(@TempDir Path directory)
      throws Exception {
    Path savepoint = savepointOfAnotherUid(directory);
    Configuration client = new Configuration();
    // The jar's classes are on this test's own class path too.
    client.set(CoreOptions.CLASSLOADER_RESOLVE_ORDER, "parent-first");
    client.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream err = System.err;
    int code;
    try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"))) {
      System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
      code =
          new CliFrontend(client, List.of(new DefaultCLI()))
              .parseAndRun(
                  new String[] {
                    "run",
                    "-s",
                    savepoint.toUri().toString(),
                    "-c",
                    HeavyHittersJob.class.getName(),
                    "target/millrace-jobs.jar",
                    "--bootstrap",
                    broker.bootstrap(),
                    "--create-topics",
                    "true",
                    "--stores",
                    "none"
                  });
    } finally {
      System.setErr(err);
    }

    assertThat(code).isNotZero();
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("has state of operators whose uid this job doesn't have: buckets-of-old (")
        // Versions since the savepoint's have more operators beside it.
        .containsPattern("the savepoint has not: \\[[^\\]]*\\bheavy-hitters-buckets\\b");
  }

  /** The golden savepoint as if an operator had had another uid. */
  private static Path savepointOfAnotherUid(Path directory) throws Exception {
    CheckpointMetadata golden;
    try (DataInputStream in = new DataInputStream(Files.newInputStream(SAVEPOINT))) {
      golden =
          Checkpoints.loadCheckpointMetadata(
              in, FlinkRunITCase.class.getClassLoader(), SAVEPOINT.toUri().toString());
    }
    List<OperatorState> operators =
        golden.getOperatorStates().stream()
            .map(
                operator ->
                    operator.getOperatorUid().orElse("").equals("heavy-hitters-buckets")
                        ? operator.copyWithNewIDs("buckets-of-old", new OperatorID())
                        : operator)
            .toList();
    Path savepoint = Files.createDirectories(directory.resolve("savepoint"));
    try (DataOutputStream out =
        new DataOutputStream(Files.newOutputStream(savepoint.resolve("_metadata")))) {
      Checkpoints.storeCheckpointMetadata(
          new CheckpointMetadata(golden.getCheckpointId(), operators, golden.getMasterStates()),
          out);
    }
    return savepoint;
  }
}
