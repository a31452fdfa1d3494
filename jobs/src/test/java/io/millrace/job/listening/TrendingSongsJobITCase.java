package io.millrace.job.listening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.connector.cassandra.CassandraSchema;
import io.millrace.connector.cassandra.ListeningEvents;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.FailingOnce;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TestEndpoints;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.fault.ChartOracle;
import io.millrace.local.store.LocalCassandra;
import io.millrace.local.store.LocalRedis;
import io.millrace.schema.listening.SongCatalogued;
import io.millrace.schema.listening.SongPlayed;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.resps.Tuple;

/** The whole job on a real broker, Redis and Cassandra, against {@link ChartOracle}. */
class TrendingSongsJobITCase {
  private static final long MINUTE = CannedPlays.MINUTE;
  private static final long START = CannedPlays.START;
  private static final List<String> CHARTS = List.of("windowed", "decayed", "novelty");

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
  private static LocalCassandra cassandra;

  @BeforeAll
  static void startServers() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
    redis = LocalRedis.start(directory.resolve("redis"));
    cassandra = LocalCassandra.start(directory.resolve("cassandra"));
  }

  @AfterAll
  static void stopServers() throws Exception {
    cassandra.close();
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
                "--cassandra",
                cassandra.address(),
                "--cassandra-keyspace",
                keyspace(prefix),
                "--create-tables",
                "true",
                "--topic-prefix",
                prefix,
                "--create-topics",
                "true",
                "--bounded",
                "true"));
    options.addAll(List.of(more));
    JobConfig config = JobConfig.parse(options.toArray(new String[0]), TrendingSongsJob.JOB);
    KafkaTopics.prepare(config.configuration(), TrendingSongsJob.JOB.topics());
    CassandraSchema.prepare(config.configuration(), ListeningEvents.table(config.configuration()));
    return config;
  }

  private static String keyspace(String prefix) {
    return "of_" + prefix.replaceAll("[^a-z0-9]", "_");
  }

  private static void produce(String prefix, List<SongPlayed> plays, List<SongCatalogued> songs)
      throws Exception {
    JobRuns.produce(broker.bootstrap(), CannedPlays.records(prefix, plays, songs));
  }

  private static List<JsonNode> read(String topic) throws Exception {
    return TopicReader.committed(broker.bootstrap(), topic);
  }

  @ParameterizedTest
  @CsvSource({
    "1, rocksdb, 60, 5, 2, 30",
    "2, rocksdb, 60, 5, 2, 30",
    "1, hashmap, 60, 5, 2, 30",
    "2, hashmap, 10, 10, 0, 7"
  })
  void generatedPlays_equalTheRecount(
      int parallelism, String state, int window, int slide, int cap, int halfLife)
      throws Exception {
    String prefix = String.join("-", "p" + parallelism, state, "w" + window, "");
    JobConfig config =
        prepared(
            prefix,
            "--window",
            window + "m",
            "--slide",
            slide + "m",
            "--k",
            "12",
            "--listener-cap",
            String.valueOf(cap),
            "--half-life",
            halfLife + "m",
            "--min-support",
            "3");
    List<SongPlayed> plays = CannedPlays.plays(1, 6_000);
    produce(prefix, plays, CannedPlays.songs());
    try (Jedis jedis = new Jedis("redis://" + redis.address())) {
      jedis.flushAll();
    }

    FailingOnce.arm();
    JobRuns.run(config, new TestEndpoints(config, 10), TrendingSongsJob::build, parallelism, state);

    assertThat(FailingOnce.hasFailed()).as("the failure was injected").isTrue();
    List<JsonNode> rows = read(prefix + "trending-songs.charts");
    ChartOracle recount =
        new ChartOracle(window * MINUTE, slide * MINUTE, 12, halfLife * MINUTE, cap, 3, CHARTS);
    assertThat(ChartOracle.published(rows)).isEqualTo(recount.rows(plays, CannedPlays.songs()));
    assertThat(read(prefix + "trending-songs.late")).isEmpty();
    assertThat(read(prefix + "listening.plays.dlq")).isEmpty();
    assertGlobalIsTheSumOfRegions(rows);
    assertThat(history(keyspace(prefix))).containsExactlyInAnyOrderElementsOf(Set.copyOf(plays));
    assertRedisHoldsTheLatest(rows);
  }

  /** Of songs that are in all charts of a window. */
  private static void assertGlobalIsTheSumOfRegions(List<JsonNode> rows) {
    Map<String, Map<String, Long>> sums = new HashMap<>();
    Map<String, Map<String, Integer>> found = new HashMap<>();
    for (JsonNode row : rows) {
      if (row.get("chart").textValue().equals("windowed")
          && !row.get("region").textValue().equals("GLOBAL")) {
        for (JsonNode entry : row.get("entries")) {
          String end = row.get("windowEnd").asText();
          String song = entry.get("songId").textValue();
          sums.computeIfAbsent(end, any -> new HashMap<>())
              .merge(song, entry.get("plays").longValue(), Long::sum);
          found.computeIfAbsent(end, any -> new HashMap<>()).merge(song, 1, Integer::sum);
        }
      }
    }
    int compared = 0;
    for (JsonNode row : rows) {
      if (row.get("chart").textValue().equals("windowed")
          && row.get("region").textValue().equals("GLOBAL")) {
        String end = row.get("windowEnd").asText();
        for (JsonNode entry : row.get("entries")) {
          String song = entry.get("songId").textValue();
          if (found.getOrDefault(end, Map.of()).getOrDefault(song, 0) == 3) {
            assertThat(entry.get("plays").longValue())
                .isEqualTo(sums.getOrDefault(end, Map.of()).get(song));
            compared++;
          }
        }
      }
    }
    assertThat(compared).isGreaterThan(20);
  }

  /** The plays that Cassandra has. */
  private static List<SongPlayed> history(String keyspace) {
    int colon = cassandra.address().lastIndexOf(':');
    InetSocketAddress node =
        new InetSocketAddress(
            cassandra.address().substring(0, colon),
            Integer.parseInt(cassandra.address().substring(colon + 1)));
    List<SongPlayed> plays = new ArrayList<>();
    try (CqlSession session =
        CqlSession.builder()
            .addContactPoint(node)
            .withLocalDatacenter("datacenter1")
            .withKeyspace(keyspace)
            .build()) {
      for (Row row : session.execute("SELECT * FROM listening_events")) {
        plays.add(
            new SongPlayed(
                text(row, "play_id"),
                Objects.requireNonNull(row.getInstant("at")).toEpochMilli(),
                text(row, "song_id"),
                text(row, "user_id"),
                text(row, "region"),
                row.getLong("duration_played_millis"),
                row.getString("title"),
                row.getString("artist")));
      }
    }
    return plays;
  }

  private static String text(Row row, String column) {
    return Objects.requireNonNull(row.getString(column));
  }

  private static void assertRedisHoldsTheLatest(List<JsonNode> rows) {
    Map<String, JsonNode> latest = new TreeMap<>();
    for (JsonNode row : rows) {
      latest.merge(
          "trending:" + row.get("chart").textValue() + ":" + row.get("region").textValue(),
          row,
          (one, other) ->
              one.get("windowEnd").longValue() > other.get("windowEnd").longValue() ? one : other);
    }
    try (Jedis jedis = new Jedis("redis://" + redis.address())) {
      latest.forEach(
          (key, row) -> {
            List<Tuple> expected = new ArrayList<>();
            for (JsonNode entry : row.get("entries")) {
              expected.add(
                  new Tuple(entry.get("songId").textValue(), entry.get("score").doubleValue()));
            }
            assertThat(jedis.zrangeWithScores(key, 0, -1))
                .as(key)
                .containsExactlyInAnyOrderElementsOf(expected);
            assertThat(jedis.hgetAll(key + ":window"))
                .containsEntry("windowEnd", row.get("windowEnd").asText())
                .containsEntry("revision", "0");
          });
    }
  }

  @Test
  void realPlays_equalTheRecount() throws Exception {
    assumeTrue(RadioPlays.exist(), "the real plays are not beside the repository");
    List<SongPlayed> plays = RadioPlays.read();
    assertThat(plays).hasSize(8_019);
    String prefix = "radio-";
    JobConfig config =
        prepared(
            prefix,
            "--listener-cap",
            "0",
            "--k",
            "20",
            "--min-support",
            "2",
            "--max-out-of-orderness",
            "36h");
    produce(prefix, plays, List.of());
    JobRuns.run(
        config,
        new TestEndpoints(config, Integer.MAX_VALUE),
        TrendingSongsJob::build,
        2,
        "rocksdb");
    ChartOracle recount = new ChartOracle(60 * MINUTE, 5 * MINUTE, 20, 60 * MINUTE, 0, 2, CHARTS);
    List<JsonNode> rows = read(prefix + "trending-songs.charts");
    assertThat(ChartOracle.published(rows)).isEqualTo(recount.rows(plays, List.of()));
    assertThat(read(prefix + "trending-songs.late")).isEmpty();
  }

  @Test
  void reservedRegion_isADeadLetter() throws Exception {
    String prefix = "reserved-";
    JobConfig config = prepared(prefix);
    JobRuns.produce(
        broker.bootstrap(),
        List.of(
            new ProducerRecord<>(
                prefix + "listening.plays",
                ("{\"playId\":\"p\",\"at\":"
                        + START
                        + ",\"songId\":\"s\",\"userId\":\"u\","
                        + "\"region\":\"GLOBAL\",\"durationPlayedMillis\":30000}")
                    .getBytes(StandardCharsets.UTF_8))));
    JobRuns.run(
        config,
        new TestEndpoints(config, Integer.MAX_VALUE),
        TrendingSongsJob::build,
        1,
        "hashmap");
    assertThat(read(prefix + "trending-songs.charts")).isEmpty();
    assertThat(read(prefix + "listening.plays.dlq"))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.get("stage").textValue()).isEqualTo("validate");
              assertThat(letter.get("reason").textValue()).isEqualTo("reserved");
            });
  }
}
