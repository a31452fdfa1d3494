package io.millrace.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The counts are right wherever they are kept, and every barrier is timed. */
class StateJobITCase {
  private static final int RECORDS = 400_000;
  private static final int KEYS = 50_000;

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"rocksdb,", "hashmap,", "rocksdb, 8mb", "rocksdb, 100kb", "hashmap, 100kb"})
  void counts_ofEachRecord_areThoseOfItsKeySoFar(String backend, String cache) throws Exception {
    Path file = directory.resolve("keys");
    long sum = writeKeys(file);
    List<String> arguments = new ArrayList<>(List.of("--keys", file.toString()));
    if (cache != null) {
      arguments.addAll(List.of("--cache", cache, "--filter", "100kb"));
    }
    JobConfig config = JobConfig.parse(arguments.toArray(String[]::new), StateJob.JOB);
    StreamExecutionEnvironment env =
        JobRuns.environment(config, 1, Map.of("state.backend.type", backend));
    StateJob.build(env, config);

    JobExecutionResult result = env.execute(config.job().name());

    assertThat(result.<Long>getAccumulatorResult(Discard.RECORDS)).isEqualTo(RECORDS);
    assertThat(result.<Long>getAccumulatorResult(Discard.CHECKSUM)).isEqualTo(sum);
    long barriers = result.getAccumulatorResult(BarrierClock.BARRIERS);
    long slow = result.getAccumulatorResult(BarrierClock.SLOW_BARRIERS);
    long longest = result.getAccumulatorResult(BarrierClock.LONGEST_NANOS);
    assertThat(barriers).isPositive();
    assertThat(slow).isBetween(0L, barriers);
    assertThat(longest > BarrierClock.SLOW_NANOS).isEqualTo(slow > 0);
  }

  /** Writes keys, and returns the sum over all of how often each had come by then. */
  private static long writeKeys(Path file) throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    Map<Long, Long> counts = new HashMap<>();
    long sum = 0;
    try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (int i = 0; i < RECORDS; i++) {
        long key = Math.min(random.nextInt(KEYS), random.nextInt(KEYS)) - 7L;
        out.writeLong(key);
        sum += counts.merge(key, 1L, Long::sum);
      }
    }
    return sum;
  }
}
