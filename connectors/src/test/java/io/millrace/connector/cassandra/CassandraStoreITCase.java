package io.millrace.connector.cassandra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.millrace.connector.store.Refusal;
import io.millrace.connector.store.StoreConnection;
import io.millrace.connector.store.StoreUnavailableException;
import io.millrace.connector.store.StoreWriterRun;
import io.millrace.local.fault.CommandProxy;
import io.millrace.local.host.FreePorts;
import io.millrace.local.store.LocalCassandra;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The history of plays in a real node, under replays, outages and rows that it refuses. */
@Timeout(180)
class CassandraStoreITCase {
  private static final String SECRET = "hunter2";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(3);
  private static final long START = Instant.parse("2026-11-24T10:00:00Z").toEpochMilli();
  private static final long HOUR_MILLIS = 3_600_000;
  private static final int HOURS = 4;

  @TempDir static Path directory;
  private static LocalCassandra cassandra;
  private static CassandraTable table;
  private static CqlSession client;

  @BeforeAll
  static void startServer() throws Exception {
    cassandra = LocalCassandra.start(directory);
    table = ListeningEvents.table(config());
    CassandraSchema.create(config(), table);
    client =
        CassandraOptions.access(config()).open(CassandraOptions.KEYSPACE.defaultValue(), PATIENCE);
  }

  @AfterAll
  static void stopServer() {
    client.close();
    cassandra.close();
  }

  @AfterEach
  void noConnectionIsLeft() {
    // One of the client's is for the rows that it reads, one for what it learns of the cluster.
    await().atMost(Duration.ofMinutes(1)).until(() -> connections() <= 2);
  }

  @Test
  void flush_sameInputTwice_endsTheSame() throws Exception {
    List<SongPlayed> plays = plays("twice", 1_000);
    try (var writer = writer()) {
      for (SongPlayed play : plays) {
        writer.write(play);
        writer.write(play);
      }
      writer.flush();
      assertThat(writer.written()).isEqualTo(1_000);

      flush(writer, plays);
      assertThat(writer.written()).isEqualTo(2_000);
    }

    assertThat(stored("twice")).isEqualTo(expected(plays));
  }

  @Test
  void flush_olderCheckpointRestored_endsTheSame() throws Exception {
    List<SongPlayed> plays = plays("restored", 3_000);
    try (var writer = writer()) {
      flush(writer, plays.subList(0, 1_000));
      flush(writer, plays.subList(1_000, 2_000));
    }
    try (var restored = writer()) {
      flush(restored, plays.subList(500, 3_000));
    }

    assertThat(stored("restored")).isEqualTo(expected(plays));
  }

  @Test
  void flush_crashBeforeTheCheckpoint_newWriterEndsTheSame() throws Exception {
    List<SongPlayed> plays = plays("crashed", 2_000);
    var crashed = writer();
    flush(crashed, plays.subList(0, 1_000));
    for (SongPlayed play : plays.subList(1_000, 1_500)) {
      crashed.write(play);
    }
    crashed.close();
    assertThat(stored("crashed")).isEqualTo(expected(plays.subList(0, 1_000)));

    try (var next = writer()) {
      flush(next, plays);
    }

    assertThat(stored("crashed")).isEqualTo(expected(plays));
  }

  @Test
  void write_olderAfterNewer_newerStays() throws Exception {
    assertThat(write(row("versions", 2_000, "newer"))).isEmpty();
    assertThat(write(row("versions", 1_000, "older"))).isEmpty();
    assertThat(write(row("versions", 2_000, "newer"))).isEmpty();

    assertThat(songs("versions")).containsExactly("newer");

    assertThat(write(row("versions", 3_000, "newest"))).isEmpty();

    assertThat(songs("versions")).containsExactly("newest");
  }

  @Test
  void write_missingValue_isNoTombstone() throws Exception {
    Instant at = Instant.ofEpochMilli(START);
    write(table.row(1, "missing", at, at, "p", "song", "user", 1L, "title", null));
    write(table.row(2, "missing", at, at, "p", "song", "user", 1L, null, null));

    Row row = client.execute(select("missing", "title, artist, WRITETIME(song_id)")).one();
    assertThat(row).isNotNull();
    assertThat(row.getString(0)).isEqualTo("title");
    assertThat(row.getString(1)).isNull();
    assertThat(row.getLong(2)).isEqualTo(2);
  }

  @Test
  void write_serverKilledAndStartedAgainThenHanging_losesNothing() throws Exception {
    List<SongPlayed> plays = plays("outage", 100_000);
    AtomicInteger sent = new AtomicInteger();
    try (var writer = writer()) {
      FutureTask<Void> all =
          new FutureTask<>(
              () -> {
                for (SongPlayed play : plays) {
                  writer.write(play);
                  sent.incrementAndGet();
                }
                writer.flush();
                return null;
              });
      Thread thread = new Thread(all);
      thread.start();

      await().atMost(PATIENCE).until(() -> sent.get() > 20_000);
      cassandra.process().kill();
      awaitRetry(thread);
      assertThat(all).isNotDone();
      cassandra.restart();

      await().atMost(PATIENCE).until(() -> sent.get() > 60_000);
      cassandra.process().suspend();
      try {
        awaitRetry(thread);
        assertThat(all).isNotDone();
      } finally {
        cassandra.process().resume();
      }
      all.get();

      assertThat(writer.refused()).isEmpty();
      assertThat(writer.written()).isEqualTo(100_000);
    }

    Map<String, String> stored = stored("outage");
    assertThat(stored).hasSize(100_000);
    assertThat(stored.equals(expected(plays))).as("every row as it was sent").isTrue();
  }

  @Test
  void flush_everyHundredthRequestFails_losesNothing() throws Exception {
    List<SongPlayed> plays = plays("overloaded", 100_000);
    int port = Integer.parseInt(cassandra.address().split(":", 2)[1]);
    try (CommandProxy proxy = CommandProxy.ofCassandra(port)) {
      Configuration config = config().set(CassandraOptions.CASSANDRA, proxy.address());
      try (var writer = writer(config, table, PATIENCE)) {
        proxy.failOneOf(100);
        for (SongPlayed play : plays) {
          writer.write(play);
        }
        writer.flush();

        assertThat(proxy.failed()).isGreaterThan(20);
        assertThat(writer.refused()).isEmpty();
        assertThat(writer.written()).isEqualTo(100_000);
      }
    }

    Map<String, String> stored = stored("overloaded");
    assertThat(stored).hasSize(100_000);
    assertThat(stored.equals(expected(plays))).as("every row as it was sent").isTrue();
  }

  @Test
  void flush_everyRequestFails_waitsUntilNoneDoes() throws Exception {
    List<SongPlayed> plays = plays("refusing", 1_000);
    int port = Integer.parseInt(cassandra.address().split(":", 2)[1]);
    try (CommandProxy proxy = CommandProxy.ofCassandra(port)) {
      Configuration config = config().set(CassandraOptions.CASSANDRA, proxy.address());
      try (var writer = writer(config, table, PATIENCE)) {
        proxy.failOneOf(1);
        for (SongPlayed play : plays) {
          writer.write(play);
        }
        FutureTask<Void> flush = flushTask(writer);
        Thread thread = new Thread(flush);
        thread.start();
        awaitRetry(thread);
        proxy.failOneOf(0);
        flush.get();

        assertThat(writer.refused()).isEmpty();
      }
    }

    assertThat(stored("refusing")).isEqualTo(expected(plays));
  }

  @Test
  void flush_keyThatCassandraRefuses_isOneDeadLetterAndTheOthersAreStored() throws Exception {
    List<SongPlayed> plays = plays("poison", 600);
    String region = "R".repeat(70_000);
    List<SongPlayed> all = new ArrayList<>(plays);
    all.add(300, play(region, 1));
    try (var writer = writer()) {
      flush(writer, all);

      assertThat(writer.refused())
          .singleElement()
          .satisfies(
              letter -> {
                assertThat(letter.stage()).isEqualTo("sink");
                assertThat(letter.reason()).isEqualTo("refused-by-store");
                assertThat(letter.message()).contains("InvalidQueryException").contains("65535");
                assertThat(letter.topic()).isEqualTo("cassandra:listening_events");
                assertThat(new String(Base64.getDecoder().decode(letter.key()), UTF_8))
                    .startsWith("RRR");
              });
      assertThat(writer.written()).isEqualTo(600);
    }

    assertThat(stored("poison")).isEqualTo(expected(plays));
  }

  @Test
  void write_wrongTypeOrTooLarge_refusesThoseAlone() throws Exception {
    Instant at = Instant.ofEpochMilli(START);
    CassandraRow wrong = table.row(1, "refused", at, at, "p", 7, "user", 1L, "t", "a");
    CassandraRow large =
        table.row(1, "refused", at, at, "q", "x".repeat(9 << 20), "user", 1L, "t", "a");

    List<Refusal<CassandraRow>> refusals = write(wrong, row("refused", 1, "fine"), large);

    assertThat(refusals).extracting(Refusal::write).containsExactly(wrong, large);
    assertThat(refusals.get(0).message()).contains("Codec not found");
    assertThat(refusals.get(1).message()).contains("8 MiB");
    assertThat(songs("refused")).containsExactly("fine");
  }

  @Test
  void write_almostTooLarge_isTaken() throws Exception {
    String song = "x".repeat(8_000_000);

    assertThat(write(row("large", 1, song))).isEmpty();

    assertThat(songs("large")).containsExactly(song);
  }

  @Test
  void write_textThatLooksLikeStatements_staysText() throws Exception {
    List<String> texts =
        List.of(
            "",
            "'; DROP TABLE listening_events; --",
            "') USING TIMESTAMP 1; TRUNCATE listening_events; /*",
            "\"quotes\" and \\ and $$",
            "?, ?, ?",
            "a\r\n\0b",
            "😀 é e\u0301 \u202e");
    List<CassandraRow> rows = new ArrayList<>();
    for (String text : texts) {
      rows.add(table.row(1, "'; DROP", at(START), at(START), text, text, text, 1L, text, text));
    }

    assertThat(write(rows.toArray(CassandraRow[]::new))).isEmpty();

    List<String> stored = new ArrayList<>();
    client
        .execute(select("'; DROP", "play_id, song_id, user_id, title, artist"))
        .forEach(
            row -> {
              for (int i = 0; i < 5; i++) {
                assertThat(row.getString(i)).isEqualTo(row.getString(0));
              }
              stored.add(row.getString(0));
            });
    assertThat(stored).containsExactlyInAnyOrderElementsOf(texts);
  }

  @Test
  void flush_tableDroppedMeanwhile_waitsUntilItIsThereAgain() throws Exception {
    Configuration config = config().set(CassandraOptions.KEYSPACE, "dropped");
    CassandraTable dropped = ListeningEvents.table(config);
    CassandraSchema.create(config, dropped);
    CassandraSchema.create(config, dropped);
    List<SongPlayed> plays = plays("dropped", 10);
    try (StoreConnection<CassandraRow> connection = CassandraStore.of(config, dropped).connect();
        var writer = writer(config, dropped, PATIENCE)) {
      CassandraRow row = ListeningEvents.rows(dropped, ListeningEvents.HOUR).apply(plays.get(0));
      assertThat(connection.write(List.of(row))).isEmpty();
      ddl("DROP TABLE dropped.listening_events");

      for (SongPlayed play : plays) {
        writer.write(play);
      }
      FutureTask<Void> flush = flushTask(writer);
      Thread thread = new Thread(flush);
      thread.start();
      awaitRetry(thread);
      assertThatExceptionOfType(StoreUnavailableException.class)
          .isThrownBy(() -> connection.write(List.of(row)))
          .withMessageContaining("dropped.listening_events")
          .withMessageContaining("listening_events.cql");
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> CassandraSchema.require(config, dropped))
          .withMessageContaining("dropped.listening_events")
          .withMessageContaining("listening_events.cql");

      CassandraSchema.create(config, dropped);
      flush.get();

      assertThat(writer.refused()).isEmpty();
      assertThat(connection.write(List.of(row))).isEmpty();
    }
    Row count = client.execute("SELECT count(*) FROM dropped.listening_events").one();
    assertThat(count).isNotNull();
    assertThat(count.getLong(0)).isEqualTo(10);
  }

  @Test
  void require_columnOfAnotherType_namesIt() throws Exception {
    Configuration config = config().set(CassandraOptions.KEYSPACE, "other");
    ddl(
        "CREATE KEYSPACE other WITH replication ="
            + " {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}");
    ddl(
        "CREATE TABLE other.listening_events (region text, bucket timestamp, at timestamp,"
            + " play_id text, song_id text, user_id text, duration_played_millis int, title text,"
            + " artist text, PRIMARY KEY ((region, bucket), at, play_id))");

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> CassandraSchema.create(config, ListeningEvents.table(config)))
        .withMessageContaining("duration_played_millis")
        .withMessageContaining("is of type int");
  }

  @Test
  void flush_nobodyThere_failsWithTheAddressAndNoSecret() throws Exception {
    String nowhere = "127.0.0.1:" + FreePorts.find();
    Configuration config = secretConfig().set(CassandraOptions.CASSANDRA, nowhere);
    try (var writer = writer(config, table, Duration.ZERO)) {
      writer.write(play("nowhere", 1));
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(writer::flush)
          .withMessageContaining(nowhere)
          .withMessageContaining("failed 1 times")
          .withMessageContaining("check --cassandra")
          .satisfies(e -> assertThat(stackTrace(e)).doesNotContain(SECRET));
    }
  }

  @Test
  void flush_unknownDatacenter_failsWithItsOptionAndNoSecret() throws Exception {
    Configuration config = secretConfig().set(CassandraOptions.DATACENTER, "elsewhere");
    try (var writer = writer(config, table, Duration.ZERO)) {
      writer.write(play("elsewhere", 1));
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(writer::flush)
          .withMessageContaining("--cassandra-datacenter")
          .satisfies(e -> assertThat(stackTrace(e)).doesNotContain(SECRET));
    }
  }

  @Test
  void flush_interruptedWhileItWaits_stops() throws Exception {
    Configuration config =
        config().set(CassandraOptions.CASSANDRA, "127.0.0.1:" + FreePorts.find());
    try (var writer = writer(config, table, PATIENCE)) {
      writer.write(play("interrupted", 1));
      FutureTask<Void> flush = flushTask(writer);
      Thread thread = new Thread(flush);
      thread.start();
      awaitRetry(thread);
      thread.interrupt();

      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(flush::get)
          .withCauseInstanceOf(InterruptedException.class);
    }
  }

  private static Configuration config() {
    return new Configuration().set(CassandraOptions.CASSANDRA, cassandra.address());
  }

  private static Configuration secretConfig() {
    return config().set(CassandraOptions.USER, "app").set(CassandraOptions.PASSWORD, SECRET);
  }

  private static StoreWriterRun<SongPlayed, CassandraRow> writer() throws Exception {
    return writer(config(), table, PATIENCE);
  }

  private static StoreWriterRun<SongPlayed, CassandraRow> writer(
      Configuration config, CassandraTable written, Duration patience) throws Exception {
    return StoreWriterRun.of(
        SongPlayed.class,
        ListeningEvents.rows(written, ListeningEvents.HOUR),
        CassandraStore.of(config, written, ANSWER_LIMIT),
        patience);
  }

  private static void flush(StoreWriterRun<SongPlayed, CassandraRow> writer, List<SongPlayed> plays)
      throws Exception {
    for (SongPlayed play : plays) {
      writer.write(play);
    }
    writer.flush();
  }

  private static FutureTask<Void> flushTask(StoreWriterRun<SongPlayed, CassandraRow> writer) {
    return new FutureTask<>(
        () -> {
          writer.flush();
          return null;
        });
  }

  /** Returns once the store has failed and the thread waits to try again. */
  private static void awaitRetry(Thread thread) {
    await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> thread.getState() == Thread.State.TIMED_WAITING);
  }

  private static List<Refusal<CassandraRow>> write(CassandraRow... rows) throws Exception {
    try (StoreConnection<CassandraRow> connection = CassandraStore.of(config(), table).connect()) {
      return connection.write(List.of(rows));
    }
  }

  private static CassandraRow row(String region, long version, String song) {
    return table.row(
        version, region, at(START), at(START), "play", song, "user", 1_000L, "title", "artist");
  }

  private static Instant at(long millis) {
    return Instant.ofEpochMilli(millis);
  }

  /** Plays over some hours, of which some say what they are and some do not. */
  private static List<SongPlayed> plays(String region, int count) {
    List<SongPlayed> plays = new ArrayList<>(count);
    for (int n = 0; n < count; n++) {
      plays.add(play(region, n));
    }
    return plays;
  }

  private static SongPlayed play(String region, int n) {
    return new SongPlayed(
        "play-" + n,
        START + n % HOURS * HOUR_MILLIS + n,
        "song-" + n % 97,
        "user-" + n % 1_009,
        region,
        30_000L + n,
        n % 3 == 0 ? null : "title " + n % 97,
        n % 3 == 0 ? null : "artist " + n % 13);
  }

  private static SimpleStatement select(String region, String columns) {
    return select(region, columns, 0);
  }

  private static SimpleStatement select(String region, String columns, int hour) {
    return SimpleStatement.newInstance(
        "SELECT " + columns + " FROM listening_events WHERE region = ? AND bucket = ?",
        region,
        at(START + hour * HOUR_MILLIS));
  }

  /** The songs of a region in its first hour, the latest play first. */
  private static List<String> songs(String region) {
    List<String> songs = new ArrayList<>();
    client.execute(select(region, "song_id")).forEach(row -> songs.add(row.getString(0)));
    return songs;
  }

  /** Every row of a region, with the time of its write, by the id of the play. */
  private static Map<String, String> stored(String region) {
    Map<String, String> stored = new HashMap<>();
    for (int hour = 0; hour < HOURS; hour++) {
      SimpleStatement statement =
          select(
              region,
              "play_id, at, song_id, user_id, duration_played_millis, title, artist,"
                  + " WRITETIME(song_id)",
              hour);
      for (Row row : client.execute(statement)) {
        String text =
            String.join(
                "|",
                String.valueOf(row.getInstant(1)),
                row.getString(2),
                row.getString(3),
                String.valueOf(row.getLong(4)),
                String.valueOf(row.getString(5)),
                String.valueOf(row.getString(6)),
                String.valueOf(row.getLong(7)));
        assertThat(stored.put(String.valueOf(row.getString(0)), text)).isNull();
      }
    }
    return stored;
  }

  private static Map<String, String> expected(List<SongPlayed> plays) {
    Map<String, String> expected = new HashMap<>();
    for (SongPlayed play : plays) {
      expected.put(
          play.playId(),
          String.join(
              "|",
              String.valueOf(at(play.at())),
              play.songId(),
              play.userId(),
              String.valueOf(play.durationPlayedMillis()),
              String.valueOf(play.title()),
              String.valueOf(play.artist()),
              String.valueOf(play.at() * 1_000)));
    }
    return expected;
  }

  private static void ddl(String statement) {
    client.execute(SimpleStatement.newInstance(statement).setTimeout(PATIENCE));
  }

  private static long connections() {
    Row count = client.execute("SELECT count(*) FROM system_views.clients").one();
    return count == null ? 0 : count.getLong(0);
  }

  private static String stackTrace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
