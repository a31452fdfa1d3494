package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.catalogue.JobCatalogue;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Builds the graph of every job as {@code main} does, with generic types and generated uids off.
 */
class JobGraphTest {
  @ParameterizedTest
  @MethodSource("jobs")
  void build_everyJob_givesEachOperatorItsUid(JobDescription job) throws Exception {
    StreamGraph graph = JobGraphs.of(job, List.of());

    assertThat(graph.getJobGraph().getVertices()).isNotEmpty();
    Set<String> uids = new HashSet<>();
    for (StreamNode node : graph.getStreamNodes()) {
      assertThat(node.getTransformationUID()).as("uid of %s", node.getOperatorName()).isNotNull();
      assertThat(uids.add(node.getTransformationUID()))
          .as("uid %s is used once", node.getTransformationUID())
          .isTrue();
      assertThat(node.getMaxParallelism()).isIn(-1, JobEnvironment.MAX_PARALLELISM);
    }
  }

  static List<JobDescription> jobs() {
    return JobCatalogue.ALL;
  }
}
