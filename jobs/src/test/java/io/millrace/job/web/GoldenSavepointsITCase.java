package io.millrace.job.web;

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
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Restores the savepoints that each released version took, and continues them. {@code
 * -Dsavepoints.update=true} takes those of the version being built.
 */
class GoldenSavepointsITCase {
  private static final boolean UPDATE = Boolean.getBoolean("savepoints.update");
  private static final long LARGEST_BYTES = 1 << 20;

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir private Path directory;

  @BeforeAll
  static void update(@TempDir Path directory) throws Exception {
    if (UPDATE) {
      for (GoldenSavepoint.Case each : GoldenSavepoint.Case.values()) {
        GoldenSavepoint.take(version(), each, directory.resolve(each.name()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void versionBeingBuilt_hasItsSavepoints(GoldenSavepoint.Case each) {
    assertThat(GoldenSavepoint.path(each.nameIn(version())).resolve("_metadata"))
        .as("take it with the command in README.md, \"Savepoints\", and commit it")
        .exists();
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
  void savepoint_ofEveryVersion_continuesWithTheRowsOfTheWholeInput(String name, String backend)
      throws Exception {
    try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"))) {
      GoldenSavepoint.of(name)
          .restoreAndContinue(broker, Map.of("state.backend.type", backend), directory);
    }
  }

  static List<Arguments> savepoints() throws IOException {
    List<Arguments> savepoints = new ArrayList<>();
    for (String name : GoldenSavepoint.names()) {
      savepoints.add(Arguments.of(name, "rocksdb"));
      savepoints.add(Arguments.of(name, "hashmap"));
    }
    return savepoints;
  }

  private static String version() {
    String version = System.getProperty("millrace.version");
    assertThat(version).as("the version, which Maven gives this test").isNotNull();
    return version;
  }
}
