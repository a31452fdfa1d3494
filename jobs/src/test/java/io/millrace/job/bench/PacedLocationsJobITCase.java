package io.millrace.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.local.store.LocalRedis;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Positions of some owners are in Redis in the end, and on the way all was counted. */
class PacedLocationsJobITCase {
  private static final int OWNERS = 20;
  private static final int POSITIONS = 40_000;
  private static final long GRANTED_AT = 1_764_151_200_000L;
  private static final double LATITUDE = 48;
  private static final double LONGITUDE = 11;

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir private static Path directory;

  /** Of each owner a grant everywhere, one where the owner is not, and one that has expired. */
  private static Path rows() throws IOException {
    Path file = directory.resolve("rows");
    try (var out = new DataOutputStream(Files.newOutputStream(file))) {
      out.writeInt(OWNERS);
      for (int owner = 0; owner < OWNERS; owner++) {
        out.writeUTF("owner-" + owner);
      }
      out.writeInt(3 * OWNERS);
      for (int owner = 0; owner < OWNERS; owner++) {
        grant(out, owner, "everywhere", Long.MAX_VALUE, false);
        grant(out, owner, "elsewhere", Long.MAX_VALUE, true);
        grant(out, owner, "expired", GRANTED_AT + 1, false);
      }
      out.writeInt(OWNERS);
      for (int owner = 0; owner < OWNERS; owner++) {
        out.writeInt(owner);
        out.writeLong(GRANTED_AT + 1);
        out.writeDouble(LATITUDE);
        out.writeDouble(LONGITUDE);
      }
    }
    return file;
  }

  private static void grant(
      DataOutputStream out, int owner, String id, long expiresAt, boolean isFenced)
      throws IOException {
    out.writeInt(owner);
    out.writeUTF(id);
    out.writeUTF("viewer-" + owner + "-" + id);
    out.writeLong(GRANTED_AT);
    out.writeLong(expiresAt);
    out.writeByte(isFenced ? 1 : 0);
    if (isFenced) {
      out.writeDouble(LATITUDE + 1);
      out.writeDouble(LONGITUDE);
      out.writeDouble(1_000);
    }
    out.writeDouble(0);
  }

  @Test
  void positions_areInRedis_andCounted() throws Exception {
    try (LocalRedis redis = LocalRedis.start(directory.resolve("redis"))) {
      JobConfig config =
          JobConfig.parse(
              new String[] {
                "--rows", rows().toString(),
                "--positions", String.valueOf(POSITIONS),
                "--redis", redis.address()
              },
              PacedLocationsJob.JOB);
      StreamExecutionEnvironment env = JobRuns.environment(config, 2, Map.of());
      PacedLocationsJob.build(env, config);

      JobExecutionResult result = env.execute(config.job().name());

      assertThat(figure(result, "seen")).isEqualTo(OWNERS);
      assertThat(figure(result, ReadBack.MISSING)).isZero();
      assertThat(figure(result, ReadBack.REFUSED)).isZero();
      assertThat(figure(result, "rate")).isPositive();
      assertThat(figure(result, "writes")).isPositive();
      assertThat(figure(result, "changes")).isGreaterThanOrEqualTo(figure(result, "writes"));
      assertThat(figure(result, "p99-millis")).isGreaterThanOrEqualTo(figure(result, "p50-millis"));
    }
  }

  private static long figure(JobExecutionResult result, String name) {
    return result.<Long>getAccumulatorResult(name);
  }
}
