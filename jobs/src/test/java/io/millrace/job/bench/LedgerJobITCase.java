package io.millrace.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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

/** Whatever matches entries finds the same. */
class LedgerJobITCase {
  private static final int REFERENCES = 20_000;

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  @TempDir private Path directory;

  private int matches;
  private long matchesChecksum;
  private int alone;
  private long aloneChecksum;

  @ParameterizedTest
  @CsvSource({
    "OPERATORS, 30d",
    "OPERATORS, 0s",
    "CO_PROCESS, 0s",
    "CO_PROCESS_KEPT, 30d",
    "INTERVAL_JOIN, 0s"
  })
  void entries_areMatchedOrTold(LedgerJob.Variant variant, String retention) throws Exception {
    Path file = directory.resolve("entries");
    writeEntries(file);
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--entries",
              file.toString(),
              "--variant",
              variant.toString(),
              "--retention",
              retention
            },
            LedgerJob.JOB);
    StreamExecutionEnvironment env =
        variant == LedgerJob.Variant.INTERVAL_JOIN
            ? IntervalJoin.environment()
            : JobRuns.environment(config, 1, Map.of());
    LedgerJob.build(env, config);

    JobExecutionResult result = env.execute(config.job().name());

    assertThat(result.<Long>getAccumulatorResult("records")).isEqualTo(matches);
    assertThat(result.<Long>getAccumulatorResult("checksum")).isEqualTo(matchesChecksum);
    assertThat(result.<Long>getAccumulatorResult("other-records")).isEqualTo(alone);
    assertThat(result.<Long>getAccumulatorResult("other-checksum")).isEqualTo(aloneChecksum);
  }

  private void writeEntries(Path file) throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    long[] entries = new long[2 * REFERENCES];
    int count = 0;
    for (int number = 0; number < REFERENCES; number++) {
      long at = number * 50L;
      int first = random.nextInt(2);
      entries[count++] = packed(at, number, first);
      if (random.nextInt(10) == 0) {
        alone++;
        aloneChecksum += number;
      } else {
        entries[count++] = packed(at + random.nextInt(5_000), number, 1 - first);
        matches++;
        matchesChecksum += number;
      }
    }
    Arrays.sort(entries, 0, count);
    try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (int i = 0; i < count; i++) {
        out.writeLong(entries[i]);
      }
    }
  }

  private static long packed(long at, int number, int side) {
    return (at << Integer.SIZE) | ((long) number << 1) | side;
  }
}
