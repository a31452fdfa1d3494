package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.catalogue.JobCatalogue;
import io.millrace.job.listening.TrendingSongsJob;
import java.util.Map;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.junit.jupiter.api.Test;

class JobEnvironmentTest {
  @Test
  void create_jobThatFailsForGood_keepsItsLastCheckpoint() {
    JobConfig config = JobConfig.parse(new String[0], JobCatalogue.ALL.get(0));

    assertThat(
            JobEnvironment.create(config)
                .getCheckpointConfig()
                .getExternalizedCheckpointRetention())
        .isEqualTo(ExternalizedCheckpointRetention.DELETE_ON_CANCELLATION);
  }

  @Test
  void create_optionsThatMayHoldSecrets_areNotShown() {
    String secret = "hunter2";
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--redis",
              "redis://app:" + secret + "@store:6379",
              "--cassandra",
              "store:9042",
              "--cassandra-user",
              "app",
              "--cassandra-password",
              secret,
              "--kafka.sasl.jaas.config",
              "password=" + secret,
              "--window",
              "30m"
            },
            TrendingSongsJob.JOB);

    Map<String, String> shown =
        JobEnvironment.create(config).getConfig().getGlobalJobParameters().toMap();

    assertThat(shown).containsEntry("window", "30m").containsEntry("cassandra-user", "app");
    assertThat(shown.values()).noneMatch(value -> value.contains(secret));
  }
}
