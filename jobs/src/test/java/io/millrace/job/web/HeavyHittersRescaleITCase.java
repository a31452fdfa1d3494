package io.millrace.job.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.RescaleRun;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.fault.PublishedRow;
import io.millrace.local.fault.RankingOracle;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;

/** Changes of parallelism while requests keep coming. */
class HeavyHittersRescaleITCase extends RescaleRun {
  @Test
  void rescale_1to2to1WithLiveInput_everyWindowOnceAndEqualToTheRecount() throws Exception {
    RankingOracle oracle = new RankingOracle(60_000, 60_000, 10);
    CannedRequests requests = new CannedRequests(PREFIX, oracle);
    ScheduledExecutorService feeder = Executors.newSingleThreadScheduledExecutor();
    try (LocalBroker broker = broker()) {
      JobConfig config = prepared(broker);
      // 100 requests every 50 ms are a window of requests every second.
      ScheduledFuture<?> feed =
          feeder.scheduleAtFixedRate(() -> produce(broker, requests), 0, 50, TimeUnit.MILLISECONDS);

      String savepoint = "";
      for (int parallelism : List.of(1, 2)) {
        savepoint = runUntilRowsCome(broker, config, parallelism, savepoint, feed);
      }
      JobClient last = start(config, HeavyHittersJob::build, 1, savepoint);
      awaitMoreRows(broker);
      assertThat(feed.isDone()).as("requests came all the time").isFalse();
      feed.cancel(false);
      feeder.shutdown();
      assertThat(feeder.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      JobRuns.produce(broker.bootstrap(), requests.closing());
      await().atMost(LIMIT).until(() -> rows(broker).size() >= oracle.expected().size());
      stop(last);

      assertThat(rows(broker)).isEqualTo(oracle.expected());
      assertThat(TopicReader.committed(broker.bootstrap(), PREFIX + "heavy-hitters.late"))
          .isEmpty();
    } finally {
      feeder.shutdownNow();
    }
  }

  private String runUntilRowsCome(
      LocalBroker broker,
      JobConfig config,
      int parallelism,
      String savepoint,
      ScheduledFuture<?> feed)
      throws Exception {
    JobClient job = start(config, HeavyHittersJob::build, parallelism, savepoint);
    awaitMoreRows(broker);
    assertThat(feed.isDone()).as("requests came all the time").isFalse();
    return stop(job);
  }

  private static void awaitMoreRows(LocalBroker broker) throws IOException {
    int before = rows(broker).size();
    await().atMost(LIMIT).until(() -> rows(broker).size() >= before + 4);
  }

  private static void produce(LocalBroker broker, CannedRequests requests) {
    try {
      JobRuns.produce(broker.bootstrap(), requests.next(100));
    } catch (Exception e) {
      throw new IllegalStateException("feeding failed", e);
    }
  }

  private static JobConfig prepared(LocalBroker broker) throws Exception {
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--bootstrap",
              broker.bootstrap(),
              "--topic-prefix",
              PREFIX,
              "--create-topics",
              "true",
              "--idle-timeout",
              "0s",
              "--dimension",
              "path,client",
              "--window",
              "1m",
              "--k",
              "10",
              "--stores",
              "none"
            },
            HeavyHittersJob.JOB);
    KafkaTopics.prepare(config.configuration(), HeavyHittersJob.JOB.topics());
    return config;
  }

  private static List<PublishedRow> rows(LocalBroker broker) throws IOException {
    return RankingOracle.published(
        TopicReader.committed(broker.bootstrap(), PREFIX + "heavy-hitters.rankings"));
  }
}
