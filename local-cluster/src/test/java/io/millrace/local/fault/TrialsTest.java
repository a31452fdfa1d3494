package io.millrace.local.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.fault.JobOracle.Judgement;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.location.NearbyAsked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
  private static final int POSITIONS = 3_000;
  private static final long NOW = 1_795_000_000_000L;

  @TempDir private static Path directory;

  /** A trial with what was fed of it. */
  private static final class Fed {
    private final Ledger ledger = new Ledger(1);
    private final Trial trial;
    private final Map<String, String> placed;
    private final JobOracle oracle;
    private final List<LedgerRecord> records = new ArrayList<>();

    Fed(String job) throws IOException {
      this(job, RECORDS);
    }

    Fed(String job, int count) throws IOException {
      this(Trials.of(job, 7).orElseThrow(), count);
    }

    Fed(Trial trial, int count) throws IOException {
      this.trial = trial;
      placed = trial.place(Files.createTempDirectory(directory, "trial"));
      oracle = trial.oracle(ledger);
      for (int i = 0; i < count; i++) {
        add(trial.next(new RecordId(0, i), NOW + 10L * i));
      }
      add(trial.closing(new RecordId(0, count), NOW + 10L * count));
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
      for (LedgerRecord record : records.subList(0, records.size() - 1)) {
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
  void everyJob_hasATrial_whoseRecordsNameThemselves() throws Exception {
    assertThat(Trials.jobs())
        .containsExactly(
            "file-export",
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
    Fed fed = new Fed("location-fanout", POSITIONS);
    List<Row> rows = shares(fed);
    List<Row> deliveries = of(Topics.LOCATION_FANOUT_DELIVERIES, rows);
    assertThat(judged(fed, rows).named()).isEmpty();
    assertThat(judged(without(deliveries.get(0))).lost()).isEqualTo(1);
    Row wrong = deliveries.get(0).with("latitude", 0.001);
    assertThat(judged(with(deliveries.get(0), wrong)).wrong()).isEqualTo(1);
  }

  @Test
  void positions_eventAtAPlaceThatIsMissing_orWrong_isFound() throws Exception {
    List<Row> events =
        of(Topics.LOCATION_FANOUT_FENCE_EVENTS, shares(new Fed("location-fanout", POSITIONS)));
    assertThat(events)
        .extracting(row -> row.fields().get("event"))
        .contains("enter", "exit", "dwell");
    for (Row event : List.of(events.get(0), events.get(events.size() - 1))) {
      assertThat(judged(without(event)).lost()).isEqualTo(1);
      assertThat(judged(with(event, event.with("enteredAt", 1L))).wrong()).isEqualTo(1);
      Judgement moved = judged(with(event, event.with("at", 1L)));
      assertThat(moved.lost()).isEqualTo(1);
      assertThat(moved.wrong()).isEqualTo(1);
    }
  }

  @Test
  void positions_answerThatIsMissing_orWrong_isFound() throws Exception {
    Row answer =
        of(Topics.LOCATION_FANOUT_NEARBY, shares(new Fed("location-fanout", POSITIONS))).stream()
            .filter(row -> found(row).size() > 1)
            .findFirst()
            .orElseThrow();
    List<Map<String, Object>> found = found(answer);
    assertThat(judged(without(answer)).lost()).isEqualTo(1);
    List<Map<String, Object>> fewer = found.subList(1, found.size());
    List<Map<String, Object>> turned = new ArrayList<>(found);
    Collections.reverse(turned);
    List<Map<String, Object>> further = new ArrayList<>(found);
    Map<String, Object> first = new LinkedHashMap<>(found.get(0));
    first.put("distanceMeters", meters(found.get(0)) + 0.01);
    further.set(0, first);
    for (List<Map<String, Object>> wrong : List.of(fewer, turned, further)) {
      assertThat(judged(with(answer, answer.with("found", wrong))).wrong()).isEqualTo(1);
    }
  }

  /** A row of a topic. */
  private record Row(String topic, Map<String, Object> fields) {
    Row with(String name, Object value) {
      Map<String, Object> changed = new LinkedHashMap<>(fields);
      changed.put(name, value);
      return new Row(topic, changed);
    }
  }

  private static List<Row> of(Topic<?> topic, List<Row> rows) {
    return rows.stream().filter(row -> row.topic().equals(topic.name())).toList();
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> found(Row answer) {
    return (List<Map<String, Object>>) Objects.requireNonNull(answer.fields().get("found"));
  }

  private static UnaryOperator<List<Row>> without(Row row) {
    return rows -> rows.stream().filter(each -> !each.equals(row)).toList();
  }

  private static UnaryOperator<List<Row>> with(Row row, Row other) {
    return rows -> rows.stream().map(each -> each.equals(row) ? other : each).toList();
  }

  private static Judgement judged(UnaryOperator<List<Row>> change) throws Exception {
    Fed fed = new Fed("location-fanout", POSITIONS);
    List<Row> right = shares(fed);
    List<Row> rows = change.apply(right);
    assertThat(rows).as("the change is one").isNotEqualTo(right);
    return judged(fed, rows);
  }

  private static Judgement judged(Fed fed, List<Row> rows) throws Exception {
    for (Row row : rows) {
      fed.publish(row.topic(), row.fields());
    }
    fed.bury(Topics.LOCATION_UPDATES_DLQ.name(), true);
    return fed.oracle.judge();
  }

  /** What is right: deliveries, what happened at places, and answers to some questions. */
  private static List<Row> shares(Fed fed) throws Exception {
    List<JsonNode> positions = new ArrayList<>(fed.due());
    positions.sort(Comparator.comparingLong(TrialsTest::at));
    List<Row> rows = new ArrayList<>();
    Map<String, Map<String, JsonNode>> seen = new TreeMap<>();
    Map<String, Long> enteredAt = new TreeMap<>();
    List<NearbyAsked> questions = questions(fed);
    for (JsonNode position : positions) {
      while (!questions.isEmpty() && questions.get(0).at() < at(position)) {
        rows.add(answer(questions.remove(0), seen));
      }
      for (String viewer : viewers(position)) {
        rows.add(delivery(position, viewer));
        seen.computeIfAbsent(viewer, unused -> new TreeMap<>()).put(owner(position), position);
      }
      visit(position, enteredAt, rows);
    }
    questions.forEach(question -> rows.add(answer(question, seen)));
    // Who is still there has stayed long enough when the closing record comes.
    enteredAt.forEach((owner, since) -> rows.add(passed("dwell", owner, since + 300, since)));
    return rows;
  }

  private static List<NearbyAsked> questions(Fed fed) {
    LongFunction<? extends Record> pulse =
        fed.trial.sides().stream()
            .filter(side -> side.topic().equals(Topics.LOCATION_NEARBY_REQUESTS))
            .findFirst()
            .orElseThrow()
            .pulse();
    List<NearbyAsked> questions = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      questions.add((NearbyAsked) pulse.apply(NOW + 150L * i));
    }
    return questions;
  }

  private static long at(JsonNode position) {
    return position.path("at").asLong();
  }

  private static String owner(JsonNode position) {
    return position.path("userId").asText();
  }

  private static int number(String owner) {
    return Integer.parseInt(owner.substring("owner-".length()));
  }

  /** Hundredths of a degree, up to which positions are in a place: 200 km and 1.8 degrees. */
  private static boolean isIn(JsonNode position) {
    int away = Math.abs((int) (at(position) % 1_000) - 500);
    return away <= (number(owner(position)) % 2 == 0 ? 179 : 180);
  }

  /** Whether it is more than 20 km out of the place, and exact enough to tell. */
  private static boolean isFarOut(JsonNode position) {
    int away = Math.abs((int) (at(position) % 1_000) - 500);
    return away >= 198 && !position.path("accuracyMeters").isNumber();
  }

  private static List<String> viewers(JsonNode position) {
    int number = number(owner(position));
    List<String> viewers = new ArrayList<>(List.of("friend-" + number, "courier-" + number));
    if (isIn(position)) {
      viewers.add("watcher-" + number % 20);
    }
    return viewers;
  }

  private static Row delivery(JsonNode position, String viewer) {
    return new Row(
        Topics.LOCATION_FANOUT_DELIVERIES.name(),
        Map.of(
            "ownerId",
            owner(position),
            "viewerId",
            viewer,
            "grantId",
            owner(position) + "-to-" + viewer,
            "at",
            at(position),
            "latitude",
            position.path("latitude").asDouble(),
            "longitude",
            position.path("longitude").asDouble()));
  }

  private static void visit(JsonNode position, Map<String, Long> enteredAt, List<Row> rows) {
    String owner = owner(position);
    Long since = enteredAt.get(owner);
    if (since == null && isIn(position)) {
      enteredAt.put(owner, at(position));
      rows.add(passed("enter", owner, at(position), at(position)));
    } else if (since != null && isFarOut(position)) {
      enteredAt.remove(owner);
      if (since + 300 <= at(position)) {
        rows.add(passed("dwell", owner, since + 300, since));
      }
      rows.add(passed("exit", owner, at(position), since));
    }
  }

  private static Row passed(String event, String owner, long at, long since) {
    return new Row(
        Topics.LOCATION_FANOUT_FENCE_EVENTS.name(),
        Map.of(
            "event",
            event,
            "ownerId",
            owner,
            "fenceId",
            "place of " + owner,
            "at",
            at,
            "enteredAt",
            since));
  }

  private static Row answer(NearbyAsked question, Map<String, Map<String, JsonNode>> seen) {
    List<Map<String, Object>> found = new ArrayList<>();
    seen.getOrDefault(question.userId(), Map.of())
        .forEach(
            (owner, position) -> {
              double meters = meters(question, position);
              if (meters <= 500_000) {
                found.add(Map.of("ownerId", owner, "distanceMeters", meters, "at", at(position)));
              }
            });
    found.sort(Comparator.comparingDouble(TrialsTest::meters));
    return new Row(
        Topics.LOCATION_FANOUT_NEARBY.name(),
        Map.of(
            "requestId",
            question.requestId(),
            "userId",
            question.userId(),
            "at",
            question.at(),
            "radiusMeters",
            500_000.0,
            "found",
            found));
  }

  private static double meters(Map<String, Object> found) {
    return (double) Objects.requireNonNull(found.get("distanceMeters"));
  }

  /** By the haversine formula. */
  private static double meters(NearbyAsked question, JsonNode position) {
    double phi = Math.toRadians(question.latitude());
    double phi2 = Math.toRadians(position.path("latitude").asDouble());
    double lambda = Math.toRadians(position.path("longitude").asDouble() - question.longitude());
    double square =
        Math.pow(Math.sin((phi2 - phi) / 2), 2)
            + Math.cos(phi) * Math.cos(phi2) * Math.pow(Math.sin(lambda / 2), 2);
    return 2 * 6_371_000 * Math.asin(Math.sqrt(square));
  }

  @Test
  void exports_fileThatIsMissing_orWrong_orTwice_isFound() throws Exception {
    Fed right = exports();
    assertThat(right.oracle.judge().named()).isEmpty();

    Fed missing = exports();
    Files.delete(exported(missing, ""));
    Files.delete(exported(missing, ".ack"));
    assertThat(missing.oracle.judge().lost()).isEqualTo(2);

    Fed wrong = exports();
    Path file = exported(wrong, "");
    Files.writeString(file, Files.readString(file).replaceFirst("\"row\":", "\"row\":1"));
    assertThat(wrong.oracle.judge().wrong()).isEqualTo(1);

    Fed unfinished = exports();
    Files.createFile(exported(unfinished, "").resolveSibling("orders.jsonl.part"));
    assertThat(unfinished.oracle.judge().wrong()).as("what nobody finishes").isEqualTo(1);

    Fed twice = exports();
    twice.publish(Topics.FILE_EXPORT_FILES.name(), listed(exported(twice, "")));
    assertThat(twice.oracle.judge().twice()).isEqualTo(1);
  }

  private static Path exported(Fed fed, String suffix) throws Exception {
    Path files = Path.of(Objects.requireNonNull(fed.placed.get("location")).substring(5));
    try (Stream<Path> all = Files.list(files)) {
      return all.filter(file -> file.toString().endsWith(".jsonl" + suffix))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  /** Writes what is right: the rows of each window, none of which is late. */
  private static Fed exports() throws Exception {
    Fed fed = new Fed("file-export");
    Path files = Path.of(Objects.requireNonNull(fed.placed.get("location")).substring(5));
    Map<Long, List<JsonNode>> windows = new TreeMap<>();
    for (JsonNode row : fed.due()) {
      windows.computeIfAbsent(at(row) / 5_000, unused -> new ArrayList<>()).add(row);
    }
    for (Map.Entry<Long, List<JsonNode>> window : windows.entrySet()) {
      // Sorting keeps the order of rows of one time, which is that of their offsets.
      window.getValue().sort(Comparator.comparingLong(TrialsTest::at));
      StringBuilder text = new StringBuilder();
      window.getValue().forEach(row -> text.append(row).append('\n'));
      String name =
          String.format(
              "file-ingestion.records-%s-%s.jsonl",
              seconds(5_000 * window.getKey()), seconds(5_000 * window.getKey() + 5_000));
      Path file = Files.writeString(files.resolve(name), text);
      Map<String, Object> listed = listed(file);
      Files.writeString(files.resolve(name + ".sha256"), listed.get("sha256") + "  " + name + "\n");
      Files.write(files.resolve(name + ".ack"), JSON.writeValueAsBytes(listed));
      fed.publish(Topics.FILE_EXPORT_FILES.name(), listed);
    }
    fed.bury(Topics.FILE_EXPORT_ROWS_DLQ.name(), false);
    return fed;
  }

  private static Map<String, Object> listed(Path file) throws Exception {
    byte[] content = Files.readAllBytes(file);
    return Map.of(
        "file",
        String.valueOf(file.getFileName()),
        "rows",
        Files.readAllLines(file).size(),
        "bytes",
        content.length,
        "sha256",
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
  }

  /** A time as names have it, such as 20261116T022000Z. */
  private static String seconds(long at) {
    return Instant.ofEpochMilli(at).toString().replaceAll("[-:]", "");
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
      Fed fed = new Fed(Trials.of(job, 7, () -> poison).orElseThrow(), RECORDS);
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
    Fed fed = new Fed(Trials.of("heavy-hitters", 7, () -> Trials.POISON_OF).orElseThrow(), RECORDS);
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
