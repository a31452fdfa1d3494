package io.millrace.job.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.Crash;
import io.millrace.job.CrashEndpoints;
import io.millrace.job.CrashPoint;
import io.millrace.job.CrashRun;
import io.millrace.job.HistoryStore;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.PlantedBug;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.fault.PublishedRow;
import io.millrace.local.fault.RankingOracle;
import io.millrace.schema.Topics;
import io.millrace.schema.web.RequestServed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Heavy hitters over a short input that fills many windows and checkpoints, with one crash. */
final class HeavyHittersCrash {
  private static final long WINDOW_MILLIS = 10_000;
  private static final int CHUNKS = 8;

  /** An hour before the first of the other requests. */
  private static final long LATE_AT = 1_700_000_000_000L - 3_600_000;

  private static final int REQUESTS_PER_CHUNK = 500;
  private static final List<String> FLUSHING =
      List.of("heavy-hitters-local", "heavy-hitters-late-gate");
  private static final AtomicInteger RUNS = new AtomicInteger();
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private HeavyHittersCrash() {}

  /**
   * Runs the job to its end.
   *
   * @param occurrence the how-manieth time that the run comes to the point
   * @param bug what is wrong with the job; null for nothing
   */
  static CrashRun run(
      LocalBroker broker, CrashPoint point, int occurrence, @Nullable PlantedBug bug)
      throws Exception {
    String prefix = "crash-" + RUNS.incrementAndGet() + ".";
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--bootstrap", broker.bootstrap(),
              "--topic-prefix", prefix,
              "--create-topics", "true",
              "--bounded", "true",
              "--dimension", "path,client",
              "--window", WINDOW_MILLIS + "ms",
              "--k", "10",
              "--redis", "127.0.0.1:9"
            },
            HeavyHittersJob.JOB);
    KafkaTopics.prepare(config.configuration(), HeavyHittersJob.JOB.topics());
    RankingOracle oracle = new RankingOracle(WINDOW_MILLIS, WINDOW_MILLIS, 10);
    List<String> expected = feed(broker, prefix, oracle);

    Crash.arm(point, occurrence);
    return CrashRun.of(
        config,
        new CrashEndpoints(config, REQUESTS_PER_CHUNK / 2, bug),
        HeavyHittersJob::build,
        broker.bootstrap(),
        prefix,
        FLUSHING,
        expected,
        () -> committed(broker, prefix));
  }

  /** Produces requests, with an invalid record after each chunk; gives the rows to expect. */
  private static List<String> feed(LocalBroker broker, String prefix, RankingOracle oracle)
      throws Exception {
    CannedRequests requests = new CannedRequests(prefix, oracle);
    List<ProducerRecord<byte[], byte[]>> input = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      input.addAll(requests.next(REQUESTS_PER_CHUNK));
      String invalid = "invalid " + chunk;
      input.add(
          new ProducerRecord<>(prefix + "web.requests", invalid.getBytes(StandardCharsets.UTF_8)));
      refused.add(invalid);
    }
    JobRuns.produce(broker.bootstrap(), input);
    List<String> expected = new ArrayList<>(refused);
    for (PublishedRow row : oracle.expected()) {
      expected.add(row.toString());
      expected.add("stored " + row);
    }
    input.clear();
    for (int partition = 0; partition < Topics.WEB_REQUESTS.partitions(); partition++) {
      String path = "/late/" + partition;
      RequestServed late =
          new RequestServed(LATE_AT, "10.1.0.1", path, "GET", path, 200, 1L, null, null);
      input.add(
          new ProducerRecord<>(
              prefix + "web.requests", partition, null, Topics.WEB_REQUESTS.codec().encode(late)));
      expected.add(path);
    }
    JobRuns.produce(broker.bootstrap(), input);
    return expected;
  }

  /**
   * What became of everything: rankings in their topic and in the store, dead letters, and where
   * each request is that came an hour late.
   */
  private static List<String> committed(LocalBroker broker, String prefix) throws IOException {
    List<String> rows = new ArrayList<>();
    for (JsonNode ranking : read(broker, prefix + "heavy-hitters.rankings")) {
      if (ranking.get("windowEnd").longValue() > LATE_AT + WINDOW_MILLIS) {
        rows.add(RankingOracle.published(ranking).toString());
      } else if (ranking.get("dimension").textValue().equals("path")) {
        // Before any watermark nothing is late: such a request may be in the window of its time.
        ranking.get("items").forEach(item -> rows.add(item.get("item").textValue()));
      }
    }
    for (String stored : HistoryStore.rows(prefix)) {
      JsonNode ranking = JSON.readTree(stored);
      if (ranking.get("windowEnd").longValue() > LATE_AT + WINDOW_MILLIS) {
        rows.add("stored " + RankingOracle.published(ranking));
      }
    }
    for (JsonNode letter : read(broker, prefix + "web.requests.dlq")) {
      byte[] value = Base64.getDecoder().decode(letter.get("value").textValue());
      rows.add(new String(value, StandardCharsets.UTF_8));
    }
    for (JsonNode late : read(broker, prefix + "heavy-hitters.late")) {
      rows.add(late.get("record").get("path").textValue());
    }
    return rows;
  }

  private static List<JsonNode> read(LocalBroker broker, String topic) throws IOException {
    return TopicReader.committed(broker.bootstrap(), topic);
  }
}
