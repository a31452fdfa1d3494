package io.millrace.job.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.FailingOnce;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TestEndpoints;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.store.LocalRedis;
import io.millrace.schema.ratelimit.LimitRuled;
import io.millrace.schema.ratelimit.RequestReceived;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/** The whole job on a real broker and Redis, against {@link SerialVerdicts}. */
class RateCountingJobITCase {
  private static final long HORIZON_MILLIS = 600_000;
  private static final long SECOND = 1_000;

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir private static Path directory;

  private static LocalBroker broker;
  private static LocalRedis redis;

  @BeforeAll
  static void startServers() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
    redis = LocalRedis.start(directory.resolve("redis"));
  }

  @AfterAll
  static void stopServers() throws Exception {
    redis.close();
    broker.close();
  }

  private static JobConfig prepared(String prefix, String... more) throws Exception {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--bootstrap",
                broker.bootstrap(),
                "--redis",
                redis.address(),
                "--topic-prefix",
                prefix,
                "--create-topics",
                "true",
                "--bounded",
                "true",
                "--usage-window",
                "10s"));
    options.addAll(List.of(more));
    JobConfig config = JobConfig.parse(options.toArray(new String[0]), RateCountingJob.JOB);
    KafkaTopics.prepare(config.configuration(), RateCountingJob.JOB.topics());
    return config;
  }

  @ParameterizedTest
  @CsvSource({"1, rocksdb", "2, rocksdb", "2, hashmap"})
  void exact_failureInBetween_everyVerdictIsTheSerialOne(int parallelism, String state)
      throws Exception {
    String prefix = "exact-" + parallelism + state + ".";
    JobConfig config = prepared(prefix, "--coordination", "exact");
    List<RequestReceived> requests = CannedLimits.requests(1, 6_000);
    JobRuns.produce(
        broker.bootstrap(), CannedLimits.records(prefix, requests, CannedLimits.rules()));

    FailingOnce.arm();
    JobRuns.run(config, new TestEndpoints(config, 10), RateCountingJob::build, parallelism, state);

    assertThat(FailingOnce.hasFailed()).as("the failure was injected").isTrue();
    List<String> expected =
        new SerialVerdicts(CannedLimits.rules(), HORIZON_MILLIS).lines(requests);
    assertThat(VerdictLines.committed(broker.bootstrap(), prefix)).isEqualTo(expected);
    assertUsageIsTheSumOfVerdicts(prefix);
    assertRedisHasEveryVerdict(prefix);
  }

  /** Of all requests together: each is limited by the rule on everything, and counted once. */
  private static void assertUsageIsTheSumOfVerdicts(String prefix) throws Exception {
    Map<String, Boolean> verdicts = new HashMap<>();
    for (JsonNode row :
        TopicReader.committed(broker.bootstrap(), prefix + "rate-counting.verdicts")) {
      verdicts.put(row.get("requestId").asText(), row.get("allowed").asBoolean());
    }
    long allowed = 0;
    long refused = 0;
    for (JsonNode row : TopicReader.committed(broker.bootstrap(), prefix + "rate-counting.usage")) {
      if (row.get("dimension").asText().equals("global")) {
        allowed += row.get("allowed").asLong();
        refused += row.get("refused").asLong();
        assertThat(row.get("windowStart").asLong() % (10 * SECOND)).isZero();
      }
    }
    assertThat(allowed).isEqualTo(verdicts.values().stream().filter(each -> each).count());
    assertThat(refused).isEqualTo(verdicts.size() - allowed);
  }

  private static void assertRedisHasEveryVerdict(String prefix) throws Exception {
    ObjectMapper json = new ObjectMapper();
    try (Jedis jedis = new Jedis("redis://" + redis.address())) {
      for (JsonNode row :
          TopicReader.committed(broker.bootstrap(), prefix + "rate-counting.verdicts")) {
        String key = "verdict:" + row.get("requestId").asText();
        assertThat(json.readTree(jedis.get(key))).isEqualTo(row);
        assertThat(jedis.pttl(key)).isBetween(1L, HORIZON_MILLIS);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void leases_failureInBetween_noLimitIsExceededAndItIsUsedUp(int parallelism) throws Exception {
    String prefix = "leases-" + parallelism + ".";
    JobConfig config = prepared(prefix, "--stores", "none");
    // Twice of what the rule on everything admits: 90 a second.
    List<RequestReceived> requests = CannedLimits.requests(2, 11_500);
    List<LimitRuled> rules =
        CannedLimits.rules().stream().filter(rule -> rule.ruleId().equals("all")).toList();
    JobRuns.produce(broker.bootstrap(), CannedLimits.records(prefix, requests, rules));

    FailingOnce.arm();
    JobRuns.run(
        config, new TestEndpoints(config, 20), RateCountingJob::build, parallelism, "rocksdb");

    assertThat(FailingOnce.hasFailed()).as("the failure was injected").isTrue();
    Map<String, RequestReceived> byId = new HashMap<>();
    requests.forEach(request -> byId.put(request.requestId(), request));
    List<RequestReceived> admitted = new ArrayList<>();
    Map<String, Boolean> verdicts = new HashMap<>();
    for (JsonNode row :
        TopicReader.committed(broker.bootstrap(), prefix + "rate-counting.verdicts")) {
      String id = row.get("requestId").asText();
      Boolean before = verdicts.put(id, row.get("allowed").asBoolean());
      assertThat(before).as("a repetition gets the same").isIn(null, verdicts.get(id));
      RequestReceived request = byId.get(id);
      if (before == null && row.get("allowed").asBoolean() && request != null) {
        admitted.add(request);
      }
    }
    assertThat(verdicts.keySet()).isEqualTo(byId.keySet());
    admitted.sort(Comparator.comparingLong(RequestReceived::at));
    long all = assertWithinAnySecond(admitted, 90);
    // A minute, of which the first and last seconds have fewer requests.
    assertThat(all).isGreaterThan(95 * 90 * 58 / 100);
    assertThat(TopicReader.committed(broker.bootstrap(), prefix + "rate-counting.late")).isEmpty();
  }

  /** Returns what was admitted in all. */
  private static long assertWithinAnySecond(List<RequestReceived> admitted, long limit) {
    long all = 0;
    long sum = 0;
    int first = 0;
    for (RequestReceived request : admitted) {
      long cost = cost(request);
      all += cost;
      sum += cost;
      while (admitted.get(first).at() <= request.at() - SECOND) {
        sum -= cost(admitted.get(first++));
      }
      assertThat(sum).as("in the second up to %s", request.at()).isLessThanOrEqualTo(limit);
    }
    return all;
  }

  private static long cost(RequestReceived request) {
    return request.cost() == null ? 1 : request.cost();
  }
}
