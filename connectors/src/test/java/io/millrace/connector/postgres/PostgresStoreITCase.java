package io.millrace.connector.postgres;

import static io.millrace.connector.postgres.Readings.assertHoldsTheLast;
import static io.millrace.connector.postgres.Readings.config;
import static io.millrace.connector.postgres.Readings.execute;
import static io.millrace.connector.postgres.Readings.query;
import static io.millrace.connector.postgres.Readings.write;
import static io.millrace.connector.postgres.Readings.writer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.millrace.connector.postgres.PostgresTable.Column;
import io.millrace.connector.store.Refusal;
import io.millrace.connector.store.StoreConnection;
import io.millrace.local.store.LocalPostgres;
import io.millrace.schema.lane.DeadLettered;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rows: the newest version stays, in whatever order and however often they come. */
@Timeout(120)
class PostgresStoreITCase {
  private static final long KEYS = 100_000;

  /** Tells which transaction wrote each row too. */
  private static final String PRINT =
      "SELECT md5(string_agg(r.xmin::text || r::text, '' ORDER BY id)) FROM readings r";

  @TempDir static Path directory;
  private static LocalPostgres postgres;
  private static Connection client;

  @BeforeAll
  static void startServer() throws IOException, SQLException {
    postgres = LocalPostgres.start(directory);
    client = Readings.connect(postgres);
  }

  @AfterAll
  static void stopServer() throws SQLException {
    client.close();
    postgres.close();
  }

  @BeforeEach
  void createTable() throws SQLException {
    execute(client, "DROP TABLE IF EXISTS readings, missing, typed");
    Readings.create(postgres);
  }

  @AfterEach
  void noConnectionIsLeft() {
    await()
        .until(
            () ->
                query(
                        client,
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'millrace'")
                    .equals("1"));
  }

  @Test
  void flush_sameInputTwice_changesNothing() throws Exception {
    try (var writer = writer(config(postgres))) {
      write(writer, 0, KEYS, KEYS);
      String rows = query(client, PRINT);
      write(writer, 0, KEYS, KEYS);

      assertThat(writer.written()).isEqualTo(2 * KEYS);
      assertThat(query(client, PRINT)).isEqualTo(rows);
    }
    assertHoldsTheLast(client, KEYS, KEYS);
  }

  @Test
  void flush_olderCheckpointRestored_endsTheSame() throws Exception {
    try (var writer = writer(config(postgres))) {
      write(writer, 0, KEYS, KEYS / 4);
    }
    assertHoldsTheLast(client, KEYS, KEYS / 4);

    try (var restored = writer(config(postgres))) {
      write(restored, 0, KEYS / 2, KEYS / 4);
      assertHoldsTheLast(client, KEYS, KEYS / 4);
      write(restored, KEYS / 2, KEYS, KEYS / 4);
    }
    assertHoldsTheLast(client, KEYS, KEYS / 4);
  }

  @Test
  void flush_crashBeforeTheCheckpoint_replayWritesNothingTwice() throws Exception {
    try (var crashed = writer(config(postgres))) {
      write(crashed, 0, KEYS / 2, KEYS);
      // Beyond the flush, up to a batch in the store and a batch that only waits.
      for (long n = KEYS / 2; n < KEYS / 2 + 7_000; n++) {
        crashed.write(Reading.of(n, KEYS));
      }
    }
    try (var restored = writer(config(postgres))) {
      write(restored, KEYS / 4, KEYS, KEYS);
    }
    assertHoldsTheLast(client, KEYS, KEYS);
  }

  @Test
  void flush_olderAndEqualVersions_changeNothing() throws Exception {
    try (var writer = writer(config(postgres))) {
      for (Reading reading :
          List.of(
              new Reading("a", 5, "newest", 5),
              new Reading("a", 4, "older", 4),
              new Reading("a", 5, "equal", 9),
              new Reading("b", Long.MIN_VALUE, "least", 0),
              new Reading("b", Long.MAX_VALUE, "greatest", 0),
              new Reading("b", Long.MAX_VALUE - 1, "neighbour", 0))) {
        writer.write(reading);
        writer.flush();
      }
    }
    assertThat(query(client, "SELECT string_agg(body, ' ' ORDER BY id) FROM readings"))
        .isEqualTo("newest greatest");
  }

  @Test
  void flush_poisonAmongMany_isADeadLetterAndTheOthersAreWritten() throws Exception {
    try (var writer = writer(config(postgres))) {
      for (long n = 0; n < 4_999; n++) {
        Reading reading = Reading.of(n, 5_000);
        writer.write(
            switch ((int) n) {
              case 17 -> new Reading("nul", 1, "a\0b", 1);
              case 4_000 -> new Reading("negative", 1, "hunter2", -1);
              default -> reading;
            });
      }
      writer.flush();

      assertThat(writer.written()).isEqualTo(4_997);
      assertThat(query(client, "SELECT count(*) FROM readings")).isEqualTo("4997");
      assertThat(writer.refused()).hasSize(2);
      DeadLettered nul = writer.refused().get(0);
      assertThat(nul.stage()).isEqualTo("sink");
      assertThat(nul.reason()).isEqualTo("refused-by-store");
      assertThat(nul.topic()).isEqualTo("postgres:readings");
      assertThat(nul.message()).contains("0x00").contains("22021");
      assertThat(nul.key()).isEqualTo(base64("nul"));
      DeadLettered negative = writer.refused().get(1);
      assertThat(negative.message())
          .contains("readings_amount_check")
          .contains("23514")
          .doesNotContain("hunter2");
      assertThat(negative.key()).isEqualTo(base64("negative"));
    }
  }

  @Test
  void flush_everyRowRefused_givesADeadLetterEach() throws Exception {
    try (var writer = writer(config(postgres))) {
      for (int n = 0; n < 1_000; n++) {
        writer.write(new Reading("key-" + n, 1, "body", -1));
      }
      writer.flush();

      assertThat(writer.refused()).hasSize(1_000);
      assertThat(writer.written()).isZero();
    }
    assertThat(query(client, "SELECT count(*) FROM readings")).isEqualTo("0");
  }

  @Test
  void flush_halfACharacter_isADeadLetterAndNoQuestionMark() throws Exception {
    try (var writer = writer(config(postgres))) {
      writer.write(new Reading("half \ud83d", 1, "body", 1));
      writer.write(new Reading("turned", 1, "\ude00\ud83d", 1));
      writer.flush();
      writer.write(new Reading("whole \ud83d\ude00", 1, "body", 1));
      writer.write(new Reading("cut", 1, "cut \ud83d\ud83d\ude00", 1));
      writer.flush();

      assertThat(writer.refused())
          .hasSize(3)
          .allMatch(letter -> letter.message().contains("half of a character"));
    }
    assertThat(query(client, "SELECT string_agg(id, ',') FROM readings")).isEqualTo("whole 😀");
  }

  @Test
  void flush_awkwardTexts_stayData() throws Exception {
    List<String> texts =
        List.of(
            "",
            " ",
            "NULL",
            "'; DROP TABLE readings; --",
            "\"}; DROP TABLE readings; --",
            "{a,b}",
            "a\",\"b",
            "\\",
            "\\'; SELECT pg_sleep(100); --",
            "$1 ? ?? :name {fn now()}",
            "\r\n\t\u0001\u007f",
            "😀 é e\u0301 \u202e \uffff",
            "*".repeat(70_000));
    try (var writer = writer(config(postgres))) {
      for (int i = 0; i < texts.size(); i++) {
        writer.write(new Reading("text-" + i, 1, texts.get(i), i));
        if (texts.get(i).length() < 1_000) {
          writer.write(new Reading(texts.get(i), 2, "key", i));
        }
      }
      writer.flush();
      assertThat(writer.refused()).isEmpty();
    }
    for (int i = 0; i < texts.size(); i++) {
      assertThat(query(client, "SELECT body FROM readings WHERE version = 1 AND amount = " + i))
          .isEqualTo(texts.get(i));
      if (texts.get(i).length() < 1_000) {
        assertThat(query(client, "SELECT id FROM readings WHERE version = 2 AND amount = " + i))
            .isEqualTo(texts.get(i));
      }
    }
  }

  @Test
  @SuppressWarnings("try")
  void write_everyType_arrivesAsItIs() throws Exception {
    execute(
        client,
        "CREATE TABLE typed (a text, b integer, c bigint, d double precision, e numeric, f boolean,"
            + " g timestamptz, h jsonb, i bytea, v bigint NOT NULL, PRIMARY KEY (a, b, c, e, g))");
    PostgresTable table =
        new PostgresTable(
            "public.typed",
            List.of(
                new Column("a", PostgresType.TEXT),
                new Column("b", PostgresType.INTEGER),
                new Column("c", PostgresType.BIGINT),
                new Column("e", PostgresType.NUMERIC),
                new Column("g", PostgresType.TIMESTAMP)),
            List.of(
                new Column("d", PostgresType.DOUBLE),
                new Column("f", PostgresType.BOOLEAN),
                new Column("h", PostgresType.JSONB),
                new Column("i", PostgresType.BYTES)),
            "v");
    Instant time = Instant.parse("2026-11-24T01:02:03.456789Z");
    List<PostgresRow> rows =
        List.of(
            table.row(
                List.of("k", Integer.MIN_VALUE, Long.MAX_VALUE, new BigDecimal("1E+3"), time),
                1,
                0.1,
                true,
                "{\"a\": [1, \"\\\"x,{}\"]}",
                new byte[] {0, -1, 92}),
            // One key for the server, though not for Java.
            table.row(
                List.of("k", Integer.MIN_VALUE, Long.MAX_VALUE, new BigDecimal("1000"), time),
                2,
                Double.NaN,
                false,
                null,
                null),
            table.row(
                List.of("z", 0, 0L, BigDecimal.ZERO, Instant.EPOCH), 1, null, null, null, null),
            table.row(List.of("bad", 0, 0L, BigDecimal.ZERO, Instant.MAX), 1, 1.0, true, "1", null),
            table.row(List.of("bad", 1, 0L, BigDecimal.ZERO, time), 1, 1.0, true, "{", null));
    List<Refusal<PostgresRow>> refusals;
    try (StoreConnection<PostgresRow> connection =
        PostgresStore.of(config(postgres), table).connect()) {
      refusals = connection.write(rows);
    }

    assertThat(refusals)
        .extracting(refusal -> refusal.write().key().get(1))
        .containsExactlyInAnyOrder(0, 1);
    assertThat(query(client, "SELECT string_agg(t::text, ' ' ORDER BY a) FROM typed t"))
        .contains("(k,-2147483648,9223372036854775807,NaN,", ",f,", ",,,2)", "(z,0,0,,0,,");
    assertThat(query(client, "SELECT count(*) FROM typed")).isEqualTo("2");
    execute(client, "DELETE FROM typed");
    try (StoreConnection<PostgresRow> connection =
        PostgresStore.of(config(postgres), table).connect()) {
      assertThat(connection.write(rows.subList(0, 1))).isEmpty();
    }
    assertThat(
            query(
                client,
                "SELECT d = 0.1 AND f AND e = 1000 AND g = '2026-11-24T01:02:03.456789Z'"
                    + " AND h->'a'->>1 = '\"x,{}' AND i = '\\x00ff5c' FROM typed"))
        .isEqualTo("t");
  }

  @Test
  void prepare_tableMissing_namesItAndHowToCreateIt() {
    PostgresTable missing =
        new PostgresTable("missing", Reading.TABLE.key(), Reading.TABLE.columns(), "version");
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                PostgresSchema.prepare(
                    config(postgres, "postgres:hunter2"),
                    List.of(Reading.TABLE, missing),
                    Readings.class,
                    "readings.sql"))
        .withMessageContaining("table missing of PostgreSQL at " + postgres.address())
        .withMessageContaining("--create-tables true, or run readings.sql")
        .satisfies(e -> assertThat(Readings.stackTrace(e)).doesNotContain("hunter2"));
  }

  @Test
  void prepare_noUniqueKey_isRefused() throws SQLException {
    execute(client, "ALTER TABLE readings DROP CONSTRAINT readings_pkey");
    assertThatIllegalStateException()
        .isThrownBy(() -> Readings.create(postgres))
        .withMessageContaining("42P10")
        .withMessageContaining("has not the form that readings.sql gives it");
  }

  @Test
  void prepare_again_keepsWhatIsThere() throws Exception {
    try (var writer = writer(config(postgres))) {
      write(writer, 0, 10, 10);
    }
    Readings.create(postgres);
    assertHoldsTheLast(client, 10, 10);
  }

  private static String base64(String text) {
    return new String(
        Base64.getEncoder().encode(text.getBytes(StandardCharsets.UTF_8)),
        StandardCharsets.US_ASCII);
  }
}
