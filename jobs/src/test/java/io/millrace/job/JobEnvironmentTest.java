package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.catalogue.JobCatalogue;
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
}
