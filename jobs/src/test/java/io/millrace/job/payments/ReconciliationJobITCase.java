package io.millrace.job.payments;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.connector.postgres.PostgresSchema;
import io.millrace.connector.store.StoreOptions;
import io.millrace.job.FailingOnce;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TestEndpoints;
import io.millrace.job.TopicReader;
import io.millrace.local.audit.ChainCheck;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.store.LocalPostgres;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.payments.AuditRecorded;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;

/** The whole job on a real broker, against {@link LedgerHistory}. */
class ReconciliationJobITCase {
  private static final Map<String, List<String>> LEDGERS =
      Map.of(
          "orders-payments", List.of("orders", "payments"),
          "orders-bank", List.of("orders", "bank"),
          "payments-bank", List.of("payments", "bank"));

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir private static Path directory;

  private static final ObjectMapper JSON = new ObjectMapper();

  private static LocalBroker broker;
  private static LocalPostgres postgres;

  @BeforeAll
  static void startServers() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
    postgres = LocalPostgres.start(directory.resolve("postgres"));
  }

  @AfterAll
  static void stopServers() {
    postgres.close();
    broker.close();
  }

  private static JobConfig prepared(String prefix, String... more) throws Exception {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--bootstrap",
                broker.bootstrap(),
                "--topic-prefix",
                prefix,
                "--create-topics",
                "true",
                "--bounded",
                "true"));
    options.addAll(List.of(more));
    JobConfig config = JobConfig.parse(options.toArray(new String[0]), ReconciliationJob.JOB);
    KafkaTopics.prepare(config.configuration(), ReconciliationJob.JOB.topics());
    return config;
  }

  @ParameterizedTest
  @CsvSource({"1, 1, rocksdb, 0", "2, 2, rocksdb, 0", "2, 1, hashmap, 40", "3, 2, rocksdb, 60"})
  void history_everyDiscrepancyIsFound_andNothingElse(
      int seed, int parallelism, String state, int failAtRow) throws Exception {
    String prefix = "history-" + seed + "-" + parallelism + ".";
    JobConfig config =
        prepared(
            prefix, "--stores", "none", "--max-out-of-orderness", LedgerHistory.DISORDER + "ms");
    LedgerHistory history = new LedgerHistory(seed, 600);
    JobRuns.produce(broker.bootstrap(), history.records(prefix));
    if (failAtRow > 0) {
      FailingOnce.arm();
    }

    JobRuns.run(
        config, new TestEndpoints(config, failAtRow), ReconciliationJob::build, parallelism, state);

    CommittedBooks books = CommittedBooks.read(broker.bootstrap(), prefix);
    assertThat(books.lines()).isEqualTo(history.expected);
    books.requireConservation(LEDGERS);
  }

  private static final long START = LedgerHistory.START;
  private static final long HOUR = LedgerHistory.HOUR;

  private static void send(String prefix, Topic<?> topic, String... values) throws Exception {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (String value : values) {
      JsonNode json = JSON.readTree(value.replace('\'', '"'));
      String key = json.path(String.valueOf(topic.keyField())).asText();
      records.add(
          new ProducerRecord<>(
              prefix + topic.name(),
              key.getBytes(StandardCharsets.UTF_8),
              JSON.writeValueAsBytes(json)));
    }
    JobRuns.produce(broker.bootstrap(), records);
  }

  private static String entry(
      String id, String ledger, String reference, long at, long amount, String currency) {
    return String.format(
        "{'entryId':'%s','ledger':'%s','reference':'%s','at':%d,'amountMinor':%d,'currency':'%s'}",
        id, ledger, reference, START + at, amount, currency);
  }

  private static void sendEveryKind(String prefix) throws Exception {
    send(
        prefix,
        Topics.RECON_RULES,
        String.format(
            "{'ruleId':'r','version':1,'at':%d,'left':'shop','right':'bank','window':'PT1H',"
                + "'stages':[{'kind':'exact'},{'kind':'tolerance','amountPercent':0.5},"
                + "{'kind':'fee'},{'kind':'fx','amountFloorMinor':1},{'kind':'group-sum'},"
                + "{'kind':'suggest'}]}",
            START - HOUR));
    send(
        prefix,
        Topics.RECON_FEES,
        String.format(
            "{'feeId':'f','at':%d,'ledger':'bank','currency':'EUR','percent':2.5}", START - HOUR));
    send(
        prefix,
        Topics.RECON_RATES,
        String.format("{'pair':'USD/EUR','at':%d,'rate':0.8625}", START - HOUR));
    send(
        prefix,
        Topics.RECON_ENTRIES,
        entry("near-l", "shop", "near", 0, 20_000, "EUR"),
        entry("near-r", "bank", "near", 1, 20_100, "EUR"),
        entry("fee-l", "shop", "fee", 2, 10_000, "EUR"),
        entry("fee-r", "bank", "fee", 3, 9_750, "EUR"),
        entry("fx-l", "shop", "fx", 4, 10_000, "USD"),
        entry("fx-r", "bank", "fx", 5, 8_626, "EUR"),
        entry("part-1", "shop", "S-1", 6, 3_100, "EUR"),
        entry("part-2", "shop", "S-2", 7, 4_200, "EUR"),
        entry("sum", "bank", "", 8, 7_300, "EUR"),
        entry("like-l", "shop", "INVOICE 99", 9, 555_000, "EUR"),
        entry("like-r", "bank", "INVOICE-99", 10, 555_001, "EUR"),
        entry("undone-l", "shop", "undone", 11, 70, "EUR"),
        entry("undone-r", "bank", "undone", 12, 70, "EUR"),
        entry("off-l", "shop", "off", 13, 100, "EUR"),
        entry("off-r", "bank", "off", 14, 200, "EUR"),
        entry("tick", "nobody", "tick", 100 * HOUR, 1, "EUR"));
    send(
        prefix,
        Topics.RECON_RESOLUTIONS,
        String.format(
            "{'resolutionId':'d1','at':%d,'action':'unmatch','entryIds':['undone-l','undone-r'],"
                + "'user':'kim'}",
            START + HOUR / 2),
        String.format(
            "{'resolutionId':'d2','at':%d,'action':'match','entryIds':['like-l','like-r'],"
                + "'user':'kim','note':'same invoice'}",
            START + 50 * HOUR),
        String.format(
            "{'resolutionId':'d3','at':%d,'action':'write-off','entryIds':['off-l','off-r']}",
            START + 30 * HOUR),
        String.format(
            "{'resolutionId':'d4','at':%d,'action':'dispute','entryIds':['unheard-of']}",
            START + 30 * HOUR));
  }

  private static List<String> everyKind() {
    long missed = START + HOUR;
    return List.of(
        "break r amount-over [off-l, off-r] 100 " + (missed + 14) + " resolved",
        "break r missing-left [like-r] 555001 " + (missed + 10) + " resolved",
        "break r missing-left [undone-r] 70 " + (missed + 12) + " open",
        "break r missing-right [like-l] 555000 " + (missed + 9) + " resolved",
        "break r missing-right [undone-l] 70 " + (missed + 11) + " open",
        "match r fee [fee-l, fee-r] -250",
        "match r fx [fx-l, fx-r] 1",
        "match r group-sum [part-1, part-2, sum] 0",
        "match r manual [like-l, like-r] 1",
        "match r tolerance [near-l, near-r] 100",
        "open tick null");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void everyStageAndDecision_comesOutAndIntoTheBackOffice(int parallelism) throws Exception {
    String prefix = "kinds-" + parallelism + ".";
    String postgresAddress =
        String.format(
            "postgresql://%s:@%s/%s", postgres.user(), postgres.address(), postgres.database());
    JobConfig config = prepared(prefix, "--stores", "postgres", "--postgres", postgresAddress);
    PostgresSchema.prepare(
        config.configuration().set(StoreOptions.CREATE_TABLES, true),
        List.of(BackOffice.MATCHES, BackOffice.BREAKS, BackOffice.TIE_OUTS),
        BackOffice.class,
        BackOffice.SCRIPT.file());
    sendEveryKind(prefix);

    JobRuns.run(
        config, new TestEndpoints(config, 0), ReconciliationJob::build, parallelism, "rocksdb");

    CommittedBooks books = CommittedBooks.read(broker.bootstrap(), prefix);
    assertThat(books.lines()).filteredOn(line -> !line.startsWith("tieout")).isEqualTo(everyKind());
    assertThat(books.lines()).contains("tieout 2025-11-26 shop bank USD 10000 0 1 0 0");
    books.requireConservation(Map.of("r", List.of("shop", "bank")));

    assertChainsAreWhole(prefix);
    assertThat(read(prefix, "reconciliation.suggestions"))
        .extracting(row -> row.get("entryIds").toString())
        .containsExactly("[\"like-l\",\"like-r\"]");
    assertThat(read(prefix, "reconciliation.escalations"))
        .filteredOn(row -> row.get("entryIds").toString().contains("undone-l"))
        .extracting(row -> row.get("age").asText())
        .containsExactlyInAnyOrder("1h", "24h", "3d");
    assertThat(read(prefix, "reconciliation.audit"))
        .filteredOn(row -> row.get("kind").asText().equals("resolution"))
        .extracting(
            row -> row.at("/body/resolutionId").asText() + " " + row.at("/body/outcome").asText())
        .containsExactlyInAnyOrder("d1 applied", "d2 applied", "d3 applied", "d4 refused");
    assertThat(read(prefix, "reconciliation.live"))
        .extracting(row -> row.get("view").asText())
        .contains("days:r", "clearing:r", "ages:r");
    assertThat(query("SELECT count(*) FROM recon_matches WHERE state = 'matched'")).isEqualTo("5");
    assertThat(query("SELECT count(*) FROM recon_matches WHERE state = 'unmatched'"))
        .isEqualTo("1");
    assertThat(query("SELECT count(*) FROM recon_breaks WHERE state = 'open'")).isEqualTo("2");
    assertThat(query("SELECT sum(left_sum) FROM recon_tie_outs WHERE currency = 'EUR'"))
        .isEqualTo("592470");
    query("DROP TABLE recon_matches, recon_breaks, recon_tie_outs");
  }

  private static void assertChainsAreWhole(String prefix) throws Exception {
    ChainCheck check = new ChainCheck();
    JsonCodec<AuditRecorded> codec = Topics.RECONCILIATION_AUDIT.codec();
    for (JsonNode row : read(prefix, "reconciliation.audit")) {
      check.add(codec.decode(JSON.writeValueAsBytes(row)));
    }
    assertThat(check.faults()).isEmpty();
    assertThat(check.links()).isGreaterThan(15);
  }

  private static List<JsonNode> read(String prefix, String topic) throws Exception {
    return TopicReader.committed(broker.bootstrap(), prefix + topic);
  }

  private static String query(String sql) throws Exception {
    String url = String.format("jdbc:postgresql://%s/%s", postgres.address(), postgres.database());
    Properties properties = new Properties();
    properties.setProperty("user", postgres.user());
    try (Connection connection = new Driver().connect(url, properties);
        Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return "";
      }
      ResultSet rows = statement.getResultSet();
      rows.next();
      return String.valueOf(rows.getString(1));
    }
  }
}
