package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.broker.LocalBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Restores the savepoints that each released version took of a job, and continues them. {@code
 * -Dsavepoints.update=true} takes those of the version being built.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class GoldenSavepoints {
  private static final boolean UPDATE = Boolean.getBoolean("savepoints.update");
  private static final long LARGEST_BYTES = 1 << 20;

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private final List<GoldenCase> cases;

  /** Tests of those that are taken in these cases. */
  protected GoldenSavepoints(List<? extends GoldenCase> cases) {
    this.cases = List.copyOf(cases);
  }

  @BeforeAll
  void update(@TempDir Path directory) throws Exception {
    if (UPDATE) {
      for (GoldenCase each : cases) {
        GoldenSavepoint.take(each, version(), directory.resolve(each.directory()));
      }
    }
  }

  @Test
  void versionBeingBuilt_hasItsSavepoints() {
    assertThat(cases)
        .as("take them with the command in README.md, \"Savepoints\", and commit them")
        .isNotEmpty()
        .allMatch(each -> GoldenSavepoint.exists(each, version()));
  }

  @Test
  void savepoints_areSmall() throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(GoldenSavepoint.ALL)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    assertThat(bytes).isLessThanOrEqualTo(LARGEST_BYTES);
  }

  @ParameterizedTest
  @MethodSource("savepoints")
  void savepoint_ofEveryVersion_continuesWithTheRowsOfTheWholeInput(
      GoldenSavepoint savepoint, String backend, @TempDir Path directory) throws Exception {
    try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"))) {
      savepoint.restoreAndContinue(broker, Map.of("state.backend.type", backend), directory);
    }
  }

  private List<Arguments> savepoints() throws IOException {
    List<Arguments> savepoints = new ArrayList<>();
    for (GoldenCase each : cases) {
      for (GoldenSavepoint savepoint : GoldenSavepoint.of(each)) {
        savepoints.add(Arguments.of(savepoint, "rocksdb"));
        savepoints.add(Arguments.of(savepoint, "hashmap"));
      }
    }
    return savepoints;
  }

  private static String version() {
    String version = System.getProperty("millrace.version");
    assertThat(version).as("the version, which Maven gives this test").isNotNull();
    return version;
  }
}
