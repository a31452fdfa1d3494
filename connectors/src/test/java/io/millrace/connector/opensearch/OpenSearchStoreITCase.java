package io.millrace.connector.opensearch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.connector.Certificates;
import io.millrace.connector.store.Refusal;
import io.millrace.connector.store.StoreConnection;
import io.millrace.connector.store.StoreOptions;
import io.millrace.connector.store.StoreUnavailableException;
import io.millrace.connector.store.StoreWriterRun;
import io.millrace.local.store.LocalOpenSearch;
import io.millrace.schema.Topics;
import io.millrace.schema.logs.LogRecorded;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Documents in a real node, under replays, outages and documents that it refuses. */
@Timeout(180)
class OpenSearchStoreITCase {
  private static final String SECRET = "hunter2";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long START = Instant.parse("2026-11-24T23:59:00Z").toEpochMilli();
  private static final int TOTAL = 100_000;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir static Path directory;
  private static LocalOpenSearch openSearch;
  private static HttpClient http;

  @BeforeAll
  static void startServer() throws Exception {
    openSearch = LocalOpenSearch.startWithFaults(directory);
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stopServer() {
    openSearch.close();
  }

  @Test
  void flush_sameInputTwiceAndAnOlderCheckpoint_endsTheSame() throws Exception {
    List<LogRecorded> records = records(3_000);
    try (var writer = writer("twice.")) {
      write(writer, records.subList(0, 2_000));
      write(writer, records.subList(0, 2_000));
      assertThat(writer.written()).isEqualTo(4_000);
    }
    try (var restored = writer("twice.")) {
      write(restored, records.subList(1_000, 3_000));
    }

    assertHolds("twice.", records);
    assertThat(indices("twice.")).containsExactly("twice.logs-2026.11.24", "twice.logs-2026.11.25");
  }

  @Test
  void write_olderAfterNewer_newerStays() throws Exception {
    OpenSearchIndex index = LogDocuments.index("versions.");
    for (long version : List.of(2, 1, 3, 0)) {
      assertThat(write(index, document(index, "a", version, "{\"message\":\"" + version + "\"}")))
          .isEmpty();
    }
    assertThat(documents("versions."))
        .isEqualTo(Map.of("a", JSON.createObjectNode().put("message", "3")));
  }

  @Test
  void write_documentsThatAreRefused_leaveTheirNeighboursBe() throws Exception {
    OpenSearchIndex index = LogDocuments.index("poison.");
    OpenSearchDocument wrong = document(index, "wrong", 1, "{\"at\":\"no time\"}");
    OpenSearchDocument none = document(index, "none", 1, "");
    OpenSearchDocument broken = document(index, "broken", 1, "{\"at\":[}");
    String longId = "x".repeat(600);

    List<Refusal<OpenSearchDocument>> refusals =
        write(
            index,
            document(index, "before", 1, "{}"),
            wrong,
            none,
            document(index, longId, 1, "{}"),
            broken,
            document(index, "after", 1, "{\"unknown\":{\"a\":[1,\"b\"]}}"));

    assertThat(refusals).extracting(Refusal::write).containsExactlyInAnyOrder(wrong, none, broken);
    assertThat(refusals)
        .extracting(Refusal::message)
        .anyMatch(why -> why.startsWith("HTTP 400 mapper_parsing_exception: failed to parse field"))
        .anyMatch(why -> why.equals("it has no form in JSON"));
    assertThat(documents("poison."))
        .containsOnlyKeys("before", "after", document(index, longId, 1, "{}").id());
    assertThat(get("/poison.logs-*/_mapping").toString()).doesNotContain("unknown");
  }

  @Test
  void flush_recordThatCantBe_isADeadLetterAndTheOthersAreStored() throws Exception {
    List<LogRecorded> records = records(10);
    LogRecorded poison = record(5, "half a character \ud800", Map.of());
    try (var writer = writer("letters.")) {
      List<LogRecorded> all = new ArrayList<>(records);
      all.set(5, poison);
      write(writer, all);

      assertThat(writer.refused())
          .singleElement()
          .satisfies(
              letter -> {
                assertThat(letter.stage()).isEqualTo("sink");
                assertThat(letter.reason()).isEqualTo("refused-by-store");
                assertThat(letter.topic()).isEqualTo("opensearch:letters.logs");
              });
      assertThat(writer.written()).isEqualTo(9);
    }
    records.remove(5);
    assertHolds("letters.", records);
  }

  @Test
  void write_textThatLooksLikeRequests_staysText() throws Exception {
    List<String> texts =
        List.of(
            "",
            "\"}}\n{\"delete\":{\"_index\":\"*\",\"_id\":\"0\"}}\n",
            "{\"script\":{\"source\":\"ctx.op='delete'\"}}",
            "../../_all",
            "a\r\n\0b\u2028",
            "😀 é e\u0301 \u202e",
            "x".repeat(40_000));
    List<LogRecorded> records = new ArrayList<>();
    for (String text : texts) {
      // An empty name of a field, dots and more names than an index may have fields.
      Map<String, String> fields = new TreeMap<>(Map.of("a.b", text, "a", "c", text, text));
      for (int i = 0; i < 300; i++) {
        fields.put("field-" + records.size() + "-" + i, text.length() < 100 ? text : "");
      }
      records.add(record(records.size(), text, fields));
    }
    try (var writer = writer("texts.")) {
      write(writer, records);
      assertThat(writer.refused()).isEmpty();
    }
    assertHolds("texts.", records);
    assertThat(get("/texts.logs-*/_mapping").toString()).doesNotContain("field-");
  }

  @Test
  void flush_everyHundredthDocumentFailsThenTheNodeIsAwayThenItHangs_losesNothing()
      throws Exception {
    List<LogRecorded> records = records(TOTAL);
    AtomicInteger sent = new AtomicInteger();
    openSearch.failOneOf(100);
    try (var writer = writer("outage.")) {
      FutureTask<Void> all =
          new FutureTask<>(
              () -> {
                for (LogRecorded record : records) {
                  writer.write(record);
                  sent.incrementAndGet();
                }
                writer.flush();
                return null;
              });
      Thread thread = new Thread(all);
      thread.start();

      await().atMost(PATIENCE).until(() -> sent.get() > 20_000);
      assertThat(openSearch.failed()).isGreaterThan(100);
      openSearch.process().kill();
      long killedAt = System.nanoTime();
      awaitRetry(thread);
      await().atMost(PATIENCE).until(() -> System.nanoTime() - killedAt > 10_000_000_000L);
      assertThat(all).isNotDone();
      openSearch.restart();

      await().atMost(PATIENCE).until(() -> sent.get() > 60_000);
      openSearch.process().suspend();
      try {
        awaitRetry(thread);
        assertThat(all).isNotDone();
      } finally {
        openSearch.process().resume();
      }
      all.get();

      assertThat(writer.refused()).isEmpty();
      assertThat(writer.written()).isEqualTo(TOTAL);
    }
    assertHolds("outage.", records);
  }

  @Test
  void flush_everyDocumentFailsOrTheUserIsNotLetInPlainOrByTls_waitsUntilItIsOver()
      throws Exception {
    List<LogRecorded> records = records(150);
    Configuration config =
        config().set(OpenSearchOptions.USER, "app").set(OpenSearchOptions.PASSWORD, SECRET);
    Path keys = directory.resolve("node.p12");
    Path trust = Certificates.make(directory, "node", keys, Certificates.THIS_HOST);
    try (var front = HttpsFront.before(openSearch.address(), keys);
        var writer = writer("waiting.", config, PATIENCE);
        var encrypted = writer("waiting.", encrypted(config, front, trust), PATIENCE)) {
      openSearch.failOneOf(1);
      flushUntilItWaits(writer, records.subList(0, 50), () -> openSearch.failOneOf(0));
      openSearch.admitOnly("app", "another");
      flushUntilItWaits(
          writer, records.subList(50, 100), () -> openSearch.admitOnly("app", SECRET));
      assertThat(writer.refused()).isEmpty();

      openSearch.admitOnly("app", "another");
      flushUntilItWaits(
          encrypted, records.subList(100, 150), () -> openSearch.admitOnly("app", SECRET));
      assertThat(encrypted.refused()).isEmpty();

      openSearch.admitOnly("app", "another");
      StoreConnection<OpenSearchDocument> connection = store("waiting.", config).connect();
      assertThatExceptionOfType(StoreUnavailableException.class)
          .isThrownBy(
              () -> connection.write(List.of(document(LogDocuments.index(""), "a", 1, "{}"))))
          .withMessageContaining("401")
          .satisfies(e -> assertThat(e).hasMessageNotContaining(SECRET));
    } finally {
      openSearch.failOneOf(0);
      openSearch.process().kill();
      openSearch.restart();
    }
    assertHolds("waiting.", records);
  }

  @Test
  void prepare_templateMissingOrOfAnotherForm_saysWhatToDo() throws Exception {
    OpenSearchIndex index = LogDocuments.index("missing.");
    Configuration config = config().set(StoreOptions.CREATE_TABLES, false);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OpenSearchTemplate.prepare(config, index))
        .withMessageContaining("--create-tables true")
        .withMessageContaining("logs.json")
        .withMessageContaining("missing.logs-*");
    try (var connection = OpenSearchStore.of(config, index).connect()) {
      assertThatExceptionOfType(StoreUnavailableException.class)
          .isThrownBy(() -> connection.write(List.of(document(index, "a", 1, "{}"))))
          .withMessageContaining("no index template missing.logs");

      OpenSearchTemplate.prepare(config(), index);
      assertThat(connection.write(List.of(document(index, "a", 1, "{}")))).isEmpty();
    }

    send(
        "PUT",
        "/_index_template/missing.logs",
        "{\"index_patterns\":[\"missing.logs-*\"],\"template\":{\"mappings\":{\"properties\":"
            + "{\"at\":{\"type\":\"keyword\"}}}}}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OpenSearchTemplate.prepare(config, index))
        .withMessageContaining("no field ");
    OpenSearchTemplate.prepare(config(), index);
    OpenSearchTemplate.prepare(config, index);
  }

  private static Configuration config() {
    return new Configuration()
        .set(OpenSearchOptions.OPENSEARCH, openSearch.address())
        .set(OpenSearchOptions.TIMEOUT, Duration.ofSeconds(3))
        .set(StoreOptions.CREATE_TABLES, true);
  }

  /** The same cluster behind TLS, with the authority of its certificate. */
  private static Configuration encrypted(Configuration config, HttpsFront front, Path trust) {
    return new Configuration(config)
        .set(OpenSearchOptions.OPENSEARCH, front.address())
        .set(OpenSearchOptions.TRUST_STORE, trust.toString())
        .set(OpenSearchOptions.TRUST_STORE_PASSWORD, Certificates.STORE_PASSWORD);
  }

  private static OpenSearchStore store(String prefix, Configuration config) {
    return OpenSearchStore.of(config, LogDocuments.index(prefix));
  }

  private static StoreWriterRun<LogRecorded, OpenSearchDocument> writer(String prefix)
      throws Exception {
    return writer(prefix, config(), PATIENCE);
  }

  private static StoreWriterRun<LogRecorded, OpenSearchDocument> writer(
      String prefix, Configuration config, Duration patience) throws Exception {
    return StoreWriterRun.of(
        LogRecorded.class,
        new LogDocuments(LogDocuments.index(prefix)),
        store(prefix, config),
        patience);
  }

  private static void write(
      StoreWriterRun<LogRecorded, OpenSearchDocument> writer, List<LogRecorded> records)
      throws Exception {
    for (LogRecorded record : records) {
      writer.write(record);
    }
    writer.flush();
  }

  private static List<Refusal<OpenSearchDocument>> write(
      OpenSearchIndex index, OpenSearchDocument... documents) throws Exception {
    try (var connection = OpenSearchStore.of(config(), index).connect()) {
      return connection.write(List.of(documents));
    }
  }

  private static OpenSearchDocument document(
      OpenSearchIndex index, String id, long version, String json) {
    return new OpenSearchDocument(index.of(START), id, version, json.getBytes(UTF_8));
  }

  /** What ends an outage. */
  private interface Remedy {
    void apply() throws Exception;
  }

  private static void flushUntilItWaits(
      StoreWriterRun<LogRecorded, OpenSearchDocument> writer,
      List<LogRecorded> records,
      Remedy remedy)
      throws Exception {
    FutureTask<Void> flush =
        new FutureTask<>(
            () -> {
              write(writer, records);
              return null;
            });
    Thread thread = new Thread(flush);
    thread.start();
    awaitRetry(thread);
    assertThat(flush).isNotDone();
    remedy.apply();
    flush.get();
  }

  /** Returns once the store has failed and the thread waits to try again. */
  private static void awaitRetry(Thread thread) {
    await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> thread.getState() == Thread.State.TIMED_WAITING);
  }

  /** Records around midnight, a millisecond apart or two minutes where there are few. */
  private static List<LogRecorded> records(int count) {
    List<LogRecorded> records = new ArrayList<>(count);
    for (int n = 0; n < count; n++) {
      records.add(
          record(n, "message " + n, Map.of("status", String.valueOf(n % 7), "user", "u" + n % 97)));
    }
    return records;
  }

  private static LogRecorded record(int n, String message, Map<String, String> fields) {
    return new LogRecorded(
        "logs.raw:0:" + n,
        "web",
        START + n * 50L,
        n % 3 == 0 ? null : "ERROR",
        "shop",
        null,
        message,
        fields,
        null,
        "logs.raw",
        0,
        n,
        1,
        null,
        null);
  }

  /** Makes sure that there are these documents and no others, each as its topic has it. */
  private static void assertHolds(String prefix, List<LogRecorded> records) throws Exception {
    Map<String, JsonNode> expected = new HashMap<>();
    for (LogRecorded record : records) {
      expected.put(
          record.recordId(), JSON.readTree(Topics.LOG_INGESTION_RECORDS.codec().encode(record)));
    }
    Map<String, JsonNode> stored = documents(prefix);
    assertThat(stored).hasSize(expected.size());
    assertThat(stored.equals(expected)).as("every document as it was sent").isTrue();
  }

  /** All documents by their ids, without what only the index has. */
  private static Map<String, JsonNode> documents(String prefix) throws Exception {
    send("POST", "/" + prefix + "logs-*/_refresh", "");
    Map<String, JsonNode> documents = new HashMap<>();
    JsonNode page =
        send(
            "POST",
            "/" + prefix + "logs-*/_search?scroll=1m",
            "{\"size\":10000,\"_source\":{\"excludes\":[\"fieldValues\"]}}");
    while (!page.at("/hits/hits").isEmpty()) {
      for (JsonNode hit : page.at("/hits/hits")) {
        assertThat(documents.put(hit.get("_id").asText(), hit.get("_source"))).isNull();
      }
      page =
          send(
              "POST",
              "/_search/scroll",
              "{\"scroll\":\"1m\",\"scroll_id\":" + page.get("_scroll_id") + "}");
    }
    return documents;
  }

  private static List<String> indices(String prefix) throws Exception {
    List<String> names = new ArrayList<>();
    get("/" + prefix + "logs-*/_mapping").fieldNames().forEachRemaining(names::add);
    names.sort(null);
    return names;
  }

  private static JsonNode get(String path) throws Exception {
    return send("GET", path, "");
  }

  private static JsonNode send(String method, String path, String body) throws Exception {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create("http://" + openSearch.address() + path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(path + ": " + answer.statusCode() + " " + answer.body());
    }
    return JSON.readTree(answer.body());
  }
}
