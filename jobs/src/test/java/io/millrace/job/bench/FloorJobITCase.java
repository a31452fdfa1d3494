package io.millrace.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TestEndpoints;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.WebRequestsFeed;
import io.millrace.schema.Topics;
import io.millrace.schema.web.RequestServed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every variant reads every request, and of it what it declares. */
class FloorJobITCase {
  private static final int REQUESTS = 5_000;

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir private static Path directory;

  private static LocalBroker broker;
  private static long bytes;
  private static long checksum;
  private static long projected;

  @BeforeAll
  static void fillTopic() throws Exception {
    broker = LocalBroker.start(directory);
    try (TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
      admin.create(List.of(Topics.WEB_REQUESTS));
    }
    WebRequestsFeed feed = new WebRequestsFeed(11);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int n = 0; n < REQUESTS; n++) {
      byte[] json = feed.next(1_700_000_000_000L + n);
      records.add(new ProducerRecord<>(Topics.WEB_REQUESTS.name(), json));
      bytes += json.length;
      RequestServed request = Topics.WEB_REQUESTS.codec().decode(json);
      checksum += Checksum.of(request);
      projected += request.at() + request.path().length();
    }
    JobRuns.produce(broker.bootstrap(), records);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @ParameterizedTest
  @EnumSource(FloorJob.Variant.class)
  void variant_boundedRun_readsEveryRequest(FloorJob.Variant variant) throws Exception {
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--bootstrap",
              broker.bootstrap(),
              "--bounded",
              "true",
              "--start-from",
              "earliest",
              "--variant",
              variant.toString()
            },
            FloorJob.JOB);

    JobExecutionResult result =
        JobRuns.run(
            config, new TestEndpoints(config, Integer.MAX_VALUE), FloorJob::build, 2, "hashmap");

    assertThat(result.<Long>getAccumulatorResult(Discard.RECORDS)).isEqualTo(REQUESTS);
    assertThat(result.<Long>getAccumulatorResult(Discard.CHECKSUM)).isEqualTo(expected(variant));
  }

  private static long expected(FloorJob.Variant variant) {
    return switch (variant) {
      case RAW -> bytes;
      case PROJECTED -> projected;
      case FLOOR, OWN, EXCHANGE -> checksum;
    };
  }
}
