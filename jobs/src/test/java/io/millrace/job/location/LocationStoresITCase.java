package io.millrace.job.location;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.connector.cassandra.CassandraSchema;
import io.millrace.connector.cassandra.LocationHistory;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.TestEndpoints;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.store.LocalCassandra;
import io.millrace.local.store.LocalRedis;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.GeoCoordinate;
import redis.clients.jedis.Jedis;

/** What the job writes beside deliveries: places, neighbours, the live view and both stores. */
class LocationStoresITCase {
  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static final long HOUR = 3_600_000;

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

  private static JobConfig prepared(String prefix) throws Exception {
    JobConfig config =
        JobConfig.parse(
            new String[] {
              "--bootstrap",
              broker.bootstrap(),
              "--topic-prefix",
              prefix,
              "--create-topics",
              "true",
              "--bounded",
              "true",
              "--redis",
              redis.address(),
              "--cassandra",
              cassandra.address(),
              "--cassandra-keyspace",
              "locations",
              "--create-tables",
              "true"
            },
            LocationFanoutJob.JOB);
    KafkaTopics.prepare(config.configuration(), LocationFanoutJob.JOB.topics());
    CassandraSchema.prepare(config.configuration(), LocationHistory.table(config.configuration()));
    return config;
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, String key, String json) {
    return CannedShares.record(topic, key, json.replace('\'', '"').getBytes(UTF_8));
  }

  private static String position(String user, long at, double latitude) {
    return String.format(
        "{'userId':'%s','at':%d,'latitude':%s,'longitude':11.5,'accuracyMeters':4}",
        user, at, latitude);
  }

  private static String grant(String id, String viewer, long at, String action, String more) {
    return String.format(
        "{'grantId':'%s','at':%d,'ownerId':'ann','viewerId':'%s','action':'%s'%s}",
        id, at, viewer, action, more);
  }

  @Test
  void boundedRun_everythingElse_isWhatTheGrantsAllow() throws Exception {
    String prefix = "stores.";
    JobConfig config = prepared(prefix);
    long start = System.currentTimeMillis() - 60_000;
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int second = 0; second <= 20; second++) {
      records.add(
          record(
              prefix + "location.updates",
              "ann",
              position("ann", start + second * 1_000L, 48 + second / 10_000.0)));
    }
    String grants = prefix + "location.grants";
    records.add(record(grants, "ann", grant("g", "bob", start, "grant", "")));
    records.add(record(grants, "ann", grant("h", "eve", start, "grant", "")));
    records.add(record(grants, "ann", grant("h", "eve", start + 15_000, "revoke", "")));
    records.add(
        record(
            grants,
            "ann",
            grant(
                "i",
                "tom",
                start,
                "grant",
                ",'precisionMeters':1000,'expiresAt':" + (start + HOUR / 2))));
    records.add(
        record(
            prefix + "location.fences",
            "ann",
            String.format(
                "{'fenceId':'f','at':%d,'ownerId':'ann','name':'Park','dwellMillis':3000,"
                    + "'fence':{'type':'circle','latitude':48.001,'longitude':11.5,"
                    + "'radiusMeters':60}}",
                start)));
    for (String viewer : List.of("bob", "eve")) {
      for (long second : new long[] {10, 20}) {
        records.add(
            record(
                prefix + "location.nearby-requests",
                viewer,
                String.format(
                    "{'requestId':'%s-%d','at':%d,'userId':'%s','latitude':48,'longitude':11.5,"
                        + "'radiusMeters':5000}",
                    viewer, second, start + second * 1_000, viewer)));
      }
    }
    JobRuns.produce(broker.bootstrap(), records);

    JobRuns.run(config, new TestEndpoints(config, 1_000), LocationFanoutJob::build, 2, "rocksdb");

    assertPlaces(prefix, start);
    assertNeighbours(prefix);
    assertRedis(start);
    assertCassandraHasEveryPosition();
    Map<String, JsonNode> live = new HashMap<>();
    for (JsonNode row :
        TopicReader.committed(broker.bootstrap(), prefix + "location-fanout.live")) {
      live.put(row.get("view").asText() + "|" + row.get("row").asText(), row);
    }
    assertThat(live).containsKey("positions:bob|ann").doesNotContainKey("positions:eve|ann");
    assertThat(Objects.requireNonNull(live.get("positions:bob|ann")).get("data").get("at").asLong())
        .isEqualTo(start + 20_000);
  }

  /** 48.0005 to 48.0015 are within 60 m of the centre; one is out beyond 85 m, at 48.0018. */
  private static void assertPlaces(String prefix, long start) throws Exception {
    List<String> events = new ArrayList<>();
    for (JsonNode row :
        TopicReader.committed(broker.bootstrap(), prefix + "location-fanout.fence-events")) {
      events.add(row.get("event").asText() + " " + (row.get("at").asLong() - start));
    }
    assertThat(events).containsExactly("enter 5000", "dwell 8000", "exit 18000");
  }

  private static void assertNeighbours(String prefix) throws Exception {
    Map<String, Integer> found = new HashMap<>();
    for (JsonNode row :
        TopicReader.committed(broker.bootstrap(), prefix + "location-fanout.nearby")) {
      found.put(row.get("requestId").asText(), row.get("found").size());
    }
    assertThat(found).isEqualTo(Map.of("bob-10", 1, "bob-20", 1, "eve-10", 1, "eve-20", 0));
  }

  private static void assertRedis(long start) {
    try (Jedis jedis = new Jedis("redis://" + redis.address())) {
      GeoCoordinate place = jedis.geopos("positions:bob", "ann").get(0);
      assertThat(place.getLatitude()).isCloseTo(48.002, within(1e-5));
      assertThat(jedis.zscore("positions:bob:deadlines", "ann"))
          .isEqualTo((double) (start + 20_000 + HOUR));
      assertThat(jedis.pttl("positions:bob")).isBetween(1L, HOUR);
      assertThat(jedis.zcard("positions:eve")).as("revoked").isZero();
      assertThat(jedis.zscore("positions:tom:deadlines", "ann"))
          .as("the grant expires before an hour is over")
          .isEqualTo((double) (start + HOUR / 2));
    }
  }

  private static void assertCassandraHasEveryPosition() {
    int colon = cassandra.address().lastIndexOf(':');
    InetSocketAddress node =
        new InetSocketAddress(
            cassandra.address().substring(0, colon),
            Integer.parseInt(cassandra.address().substring(colon + 1)));
    try (CqlSession session =
        CqlSession.builder()
            .addContactPoint(node)
            .withLocalDatacenter("datacenter1")
            .withKeyspace("locations")
            .build()) {
      List<Row> rows = session.execute("SELECT * FROM location_history").all();
      assertThat(rows).hasSize(21);
      assertThat(rows)
          .allSatisfy(
              row -> {
                assertThat(row.getString("user_id")).isEqualTo("ann");
                assertThat(row.getDouble("longitude")).isEqualTo(11.5);
                assertThat(row.getDouble("accuracy_meters")).isEqualTo(4);
                assertThat(row.isNull("speed")).isTrue();
              });
    }
  }
}
