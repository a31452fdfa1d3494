package io.millrace.local.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.fault.JobOracle.Judgement;
import io.millrace.schema.Topics;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What imagined jobs make of what the trials feed them: rows that are right are clean, and a row
 * that is missing, there twice or wrong is found. Each is told apart by a recount of its own,
 * written down here for a handful of records.
 */
class TrialsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int RECORDS = 200;
  private static final long NOW = 1_795_000_000_000L;

  /** A trial with what was fed of it. */
  private static final class Fed {
    private final Ledger ledger = new Ledger(1);
    private final JobOracle oracle;
    private final List<LedgerRecord> records = new ArrayList<>();

    Fed(String job) {
      this(Trials.of(job, 7).orElseThrow());
    }

    Fed(Trial trial) {
      oracle = trial.oracle(ledger);
      for (int i = 0; i < RECORDS; i++) {
        add(trial.next(new RecordId(0, i), NOW + 10L * i));
      }
      add(trial.closing(new RecordId(0, RECORDS), NOW + 10L * RECORDS));
      // The oracle hears of the input in the order of its offsets.
      records.forEach(record -> oracle.inInput(0, record.id(), record.at()));
    }

    private void add(LedgerRecord record) {
      records.add(record);
      ledger.acknowledge(record.id(), record.value());
      oracle.acknowledged(record);
    }

    /** What is due: all but the closing record. */
    List<JsonNode> due() throws Exception {
      List<JsonNode> events = new ArrayList<>();
      for (LedgerRecord record : records.subList(0, RECORDS)) {
        if (record.event() != null) {
          events.add(JSON.readTree(record.value()));
        }
      }
      return events;
    }

    void publish(String topic, Map<String, Object> row) throws Exception {
      oracle.published(topic, JSON.writeValueAsBytes(row));
    }

    /** Publishes a dead letter of each record that is none. */
    void bury(String topic, boolean isConfidential) throws Exception {
      for (LedgerRecord record : records) {
        if (record.event() == null) {
          byte[] hash = MessageDigest.getInstance("SHA-256").digest(record.value());
          publish(
              topic,
              Map.of(
                  "stage",
                  "validate",
                  "reason",
                  "out-of-range",
                  isConfidential ? "sha256" : "value",
                  isConfidential
                      ? HexFormat.of().formatHex(hash)
                      : Base64.getEncoder().encodeToString(record.value())));
        }
      }
    }
  }

  @Test
  void everyJob_hasATrial_whoseRecordsNameThemselves() {
    assertThat(Trials.jobs())
        .containsExactly(
            "heavy-hitters",
            "location-fanout",
            "log-ingestion",
            "rate-counting",
            "reconciliation",
            "trending-songs");
    for (String job : Trials.jobs()) {
      Fed fed = new Fed(job);
      assertThat(fed.records)
          .as(job)
          .allSatisfy(record -> assertThat(RecordId.find(record.value())).contains(record.id()));
      assertThat(fed.oracle.judge().lost()).as(job + " published nothing").isPositive();
    }
  }

  @Test
  void logs_recordThatIsMissing_orThereTwice_isFound() throws Exception {
    Fed fed = logs(0);
    assertThat(fed.oracle.judge().named()).isEmpty();
    assertThat(logs(-1).oracle.judge().lost()).isEqualTo(1);
    assertThat(logs(1).oracle.judge().twice()).isEqualTo(1);

    Fed wrong = logs(0);
    wrong.publish(
        Topics.LOG_INGESTION_LEDGER.name(),
        Map.of("in", 5, "indexed", 4, "throughOffset", 4, "deadLetters", 0));
    assertThat(wrong.oracle.judge().wrong()).as("an account with a gap").isEqualTo(1);
  }

  /** Publishes what is right, with the first record left out or published again. */
  private static Fed logs(int more) throws Exception {
    Fed fed = new Fed("log-ingestion");
    Map<List<Object>, Long> minutes = new LinkedHashMap<>();
    List<JsonNode> lines = fed.due();
    lines.add(JSON.readTree(fed.records.get(RECORDS).value()));
    for (int i = more < 0 ? 1 : 0; i < lines.size(); i++) {
      publish(fed, lines.get(i));
    }
    if (more > 0) {
      publish(fed, lines.get(0));
    }
    for (JsonNode line : fed.due()) {
      long end = line.path("time").asLong() / 60_000 * 60_000 + 60_000;
      minutes.merge(List.of(line.path("level").asText(), end), 1L, Long::sum);
    }
    for (Map.Entry<List<Object>, Long> minute : minutes.entrySet()) {
      fed.publish(
          Topics.LOG_INGESTION_METRICS.name(),
          Map.of(
              "source", "shop",
              "level", minute.getKey().get(0),
              "windowEnd", minute.getKey().get(1),
              "count", minute.getValue()));
    }
    fed.bury(Topics.LOGS_RAW_DLQ.name(), false);
    return fed;
  }

  private static void publish(Fed fed, JsonNode line) throws Exception {
    fed.publish(
        Topics.LOG_INGESTION_RECORDS.name(),
        Map.of(
            "message", line.path("message").asText(),
            "at", line.path("time").asLong(),
            "level", line.path("level").asText()));
  }

  @Test
  void positions_deliveryThatIsMissing_orWrong_isFound() throws Exception {
    assertThat(positions(0, 0).named()).isEmpty();
    assertThat(positions(1, 0).lost()).isEqualTo(1);
    assertThat(positions(0, 0.01).wrong()).isEqualTo(2L * RECORDS);
  }

  /** Publishes what is right, but for the first deliveries, and all so far too far north. */
  private static Judgement positions(int leftOut, double tooFar) throws Exception {
    Fed fed = new Fed("location-fanout");
    int skipped = 0;
    for (JsonNode position : fed.due()) {
      String number = position.path("userId").asText().substring("owner-".length());
      for (String viewer : List.of("friend-" + number, "courier-" + number)) {
        if (skipped++ >= leftOut) {
          fed.publish(
              Topics.LOCATION_FANOUT_DELIVERIES.name(),
              Map.of(
                  "ownerId",
                  position.path("userId").asText(),
                  "viewerId",
                  viewer,
                  "grantId",
                  "grant-" + viewer,
                  "at",
                  position.path("at").asLong(),
                  "latitude",
                  position.path("latitude").asDouble() + tooFar,
                  "longitude",
                  position.path("longitude").asDouble()));
        }
      }
    }
    fed.bury(Topics.LOCATION_UPDATES_DLQ.name(), true);
    return fed.oracle.judge();
  }

  @Test
  void entries_chainWithAGap_isFound() throws Exception {
    Fed fed = new Fed("reconciliation");
    String none = "0".repeat(64);
    fed.publish(
        Topics.RECONCILIATION_AUDIT.name(),
        Map.of("chain", "3", "seq", 0, "prevHash", none, "hash", "a"));
    long before = fed.oracle.judge().wrong();
    fed.publish(
        Topics.RECONCILIATION_AUDIT.name(),
        Map.of("chain", "3", "seq", 2, "prevHash", "b", "hash", "c"));
    assertThat(before).isZero();
    assertThat(fed.oracle.judge().wrong()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, Trials.POISON_OF / 2, Trials.POISON_OF})
  void poison_isAsMuchAsAskedFor_andMissedIfItIsNoDeadLetter(int poison) throws Exception {
    for (String job : Trials.jobs()) {
      Fed fed = new Fed(Trials.of(job, 7, () -> poison).orElseThrow());
      long refused = fed.records.stream().filter(record -> record.event() == null).count();
      assertThat((double) refused / RECORDS)
          .as(job)
          .isCloseTo(
              (double) poison / Trials.POISON_OF,
              within(poison % Trials.POISON_OF == 0 ? 0 : 0.15));
      assertThat(fed.oracle.judge().lost()).isGreaterThanOrEqualTo(refused);
    }
  }

  @Test
  void deadLetterWithoutAReason_isFound() throws Exception {
    Fed fed = new Fed(Trials.of("heavy-hitters", 7, () -> Trials.POISON_OF).orElseThrow());
    String value = Base64.getEncoder().encodeToString(fed.records.get(0).value());
    fed.publish(Topics.WEB_REQUESTS_DLQ.name(), Map.of("value", value, "stage", "validate"));
    Judgement judged = fed.oracle.judge();
    assertThat(judged.wrong()).isEqualTo(1);
    assertThat(judged.lost()).isEqualTo(RECORDS);
  }

  @Test
  void deadLetterOfASideTopic_isFound() throws Exception {
    Fed fed = new Fed("rate-counting");
    fed.publish(Topics.RATELIMIT_RULES_DLQ.name(), Map.of("reason", "wrong-type"));
    assertThat(fed.oracle.judge().named())
        .anySatisfy(named -> assertThat(named).contains("a row of ratelimit.rules.dlq"));
  }
}
