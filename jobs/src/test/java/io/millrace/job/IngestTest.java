package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.job.web.HeavyHittersJob;
import io.millrace.schema.Topics;
import java.util.List;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;

class IngestTest {
  @Test
  void from_wholeOrSomeFields_hasTheSameUids() throws Exception {
    assertThat(uids(false))
        .contains("requests-source", "requests-decoded")
        .containsExactlyInAnyOrderElementsOf(uids(true));
  }

  @Test
  void from_unknownField_isRefusedWhenTheGraphIsBuilt() throws Exception {
    JobConfig config = config();

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Ingest.from(
                    JobEnvironment.create(config),
                    config,
                    new KafkaEndpoints(config),
                    Topics.WEB_REQUESTS,
                    List.of("host"),
                    "requests"))
        .withMessageContaining("\"host\"");
  }

  private static List<String> uids(boolean someFields) throws Exception {
    JobConfig config = config();
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    KafkaEndpoints kafka = new KafkaEndpoints(config);
    var ingested =
        someFields
            ? Ingest.from(
                env, config, kafka, Topics.WEB_REQUESTS, List.of("path", "bytes"), "requests")
            : Ingest.from(env, config, kafka, Topics.WEB_REQUESTS, "requests");
    ingested.values().sinkTo(new DiscardingSink<>()).uid("sink");
    return env.getStreamGraph().getStreamNodes().stream()
        .map(StreamNode::getTransformationUID)
        .toList();
  }

  private static JobConfig config() throws Exception {
    return JobConfig.parse(
        new String[] {"--bootstrap", "127.0.0.1:9", "--redis", "127.0.0.1:9"}, HeavyHittersJob.JOB);
  }
}
