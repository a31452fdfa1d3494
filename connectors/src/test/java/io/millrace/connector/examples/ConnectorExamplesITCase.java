package io.millrace.connector.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.millrace.connector.archive.Archive;
import io.millrace.connector.archive.ArchiveOptions;
import io.millrace.connector.cassandra.CassandraOptions;
import io.millrace.connector.cassandra.CassandraSchema;
import io.millrace.connector.cassandra.CassandraStore;
import io.millrace.connector.cassandra.CassandraTable;
import io.millrace.connector.cassandra.ListeningEvents;
import io.millrace.connector.files.FileEvent;
import io.millrace.connector.files.FileFormat;
import io.millrace.connector.files.FileLocation;
import io.millrace.connector.files.FileSource;
import io.millrace.connector.files.FormatSpec;
import io.millrace.connector.files.FormatSpec.ArchiveLimits;
import io.millrace.connector.files.WatchSpec;
import io.millrace.connector.kafka.KafkaEvents;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.connector.kafka.KafkaRow;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.connector.kafka.SplitDecoded;
import io.millrace.connector.opensearch.LogDocuments;
import io.millrace.connector.opensearch.OpenSearchIndex;
import io.millrace.connector.opensearch.OpenSearchOptions;
import io.millrace.connector.opensearch.OpenSearchStore;
import io.millrace.connector.opensearch.OpenSearchTemplate;
import io.millrace.connector.postgres.PostgresOptions;
import io.millrace.connector.postgres.PostgresSchema;
import io.millrace.connector.postgres.PostgresStore;
import io.millrace.connector.postgres.PostgresTable;
import io.millrace.connector.postgres.PostgresType;
import io.millrace.connector.redis.RedisOptions;
import io.millrace.connector.redis.RedisStore;
import io.millrace.connector.redis.SortedSetSnapshot;
import io.millrace.connector.store.StoreOptions;
import io.millrace.connector.store.StoreWriter;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.store.LocalCassandra;
import io.millrace.local.store.LocalOpenSearch;
import io.millrace.local.store.LocalPostgres;
import io.millrace.local.store.LocalRedis;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.listening.SongPlayed;
import io.millrace.schema.logs.LogRecorded;
import io.millrace.schema.ranking.RankingPublished;
import io.millrace.schema.web.RequestServed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.Driver;
import redis.clients.jedis.Jedis;

/** Each system in a stranger's job: the guide's examples are between the markers. */
@SuppressWarnings("try") // An iterator of results declares that close may be interrupted.
@ExtendWith(MiniClusterExtension.class)
final class ConnectorExamplesITCase {
  private static final long START = 1_769_850_000_000L;

  /** A change of an account. */
  public record BalanceChanged(String account, long sequence, long cents) {}

  @TempDir Path directory;

  private final StreamExecutionEnvironment env =
      StreamExecutionEnvironment.getExecutionEnvironment(
          new Configuration()
              .set(PipelineOptions.GENERIC_TYPES, false)
              .set(PipelineOptions.AUTO_GENERATE_UIDS, false)
              .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100)));

  @SafeVarargs
  @SuppressWarnings("varargs") // They are only handed on.
  private <T> DataStream<T> stream(Class<T> type, T... elements) {
    return env.fromData(type, elements).uid("elements");
  }

  private static <T> List<T> all(DataStream<T> stream) throws Exception {
    List<T> all = new ArrayList<>();
    try (var found = stream.executeAndCollect()) {
      found.forEachRemaining(all::add);
    }
    return all;
  }

  @Test
  void kafka() throws Exception {
    try (LocalBroker broker = LocalBroker.start(directory)) {
      Configuration config =
          new Configuration()
              .set(KafkaOptions.BOOTSTRAP, broker.bootstrap())
              .set(KafkaOptions.JOB_NAME, "relay")
              .set(KafkaOptions.BOUNDED, true)
              .set(KafkaOptions.CREATE_TOPICS, true);
      KafkaTopics.prepare(config, List.of(Topics.WEB_REQUESTS));
      produce(broker.bootstrap());
      // README kafka starts
      Topic<RequestServed> in = Topics.WEB_REQUESTS;
      Topic<DeadLettered> refused = Topics.WEB_REQUESTS_DLQ;
      KafkaTopics.prepare(config, List.of(in, refused)); // names what is missing, before all

      SingleOutputStreamOperator<RequestServed> requests =
          env.fromSource(
                  KafkaEvents.source(config, in), KafkaEvents.watermarks(config, in), "requests")
              .uid("requests")
              .transform("decoded", TypeInformation.of(RequestServed.class), new SplitDecoded<>())
              .uid("requests-decoded");

      SingleOutputStreamOperator<KafkaRow> rows =
          requests
              .getSideOutput(SplitDecoded.DEAD_LETTER)
              .process(KafkaEvents.encoder(config, refused))
              .returns(KafkaRow.class)
              .uid("refused-encode");
      KafkaEvents.write(rows, config, refused, "refused");
      // README ends
      assertThat(all(requests)).extracting(RequestServed::path).containsExactly("/tea");
    }
  }

  private static void produce(String bootstrap) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      RequestServed request =
          new RequestServed(START, "10.0.0.1", "/tea", "GET", "/tea", 200, 1L, null, null);
      String topic = Topics.WEB_REQUESTS.name();
      producer.send(new ProducerRecord<>(topic, Topics.WEB_REQUESTS.codec().encode(request))).get();
      producer.send(new ProducerRecord<>(topic, "none".getBytes(UTF_8))).get();
    }
  }

  @Test
  void files() throws Exception {
    Path in = Files.createDirectory(directory.resolve("in"));
    Files.writeString(in.resolve("sales.csv"), "shop,cents\nnorth,300\nsouth,250\n");
    String address = in.toUri().toString();
    String credentials = null;
    // README files starts
    FileLocation location = FileLocation.parse(address, credentials); // sftp://files.example.com/in
    WatchSpec watch = new WatchSpec("*.csv", 5_000, 0, "", true); // ms between looks, ms at rest
    FormatSpec format =
        new FormatSpec(
            FileFormat.CSV, List.of(), "record", null, 256 * 1024, ArchiveLimits.DEFAULT);
    DataStream<FileEvent> events =
        env.fromSource(
                new FileSource(location, watch, format), WatermarkStrategy.noWatermarks(), "files")
            .uid("files"); // rows, rows that are none, and what became of each file
    // README ends
    assertThat(all(events))
        .filteredOn(event -> event.kind() == FileEvent.Kind.ROW)
        .extracting(event -> event.fields().get("shop"))
        .containsExactly("north", "south");
  }

  @Test
  void redis() throws Exception {
    try (LocalRedis redis = LocalRedis.start(directory);
        Jedis client = new Jedis("127.0.0.1", redis.port())) {
      Configuration config = new Configuration().set(RedisOptions.REDIS, redis.address());
      DataStream<RankingPublished> rankings =
          stream(
              RankingPublished.class,
              new RankingPublished("path", START, START + 1, 42, 10, "exact", 0, List.of()));
      // README redis starts
      SingleOutputStreamOperator<DeadLettered> refused =
          StoreWriter.write(
                  rankings,
                  RankingPublished.class,
                  ranking ->
                      new SortedSetSnapshot(
                          "topk:" + ranking.dimension(),
                          "topk:" + ranking.dimension() + ":window",
                          ranking.windowEnd(), // the version: an older ranking changes nothing
                          List.of(new SortedSetSnapshot.Member("/index.html", 42)),
                          Map.of("total", String.valueOf(ranking.total()))),
                  RedisStore.of(config, "topk:<dimension>"),
                  "heavy-hitters")
              .uid("rankings-redis");
      // README ends
      assertThat(all(refused)).isEmpty();
      assertThat(client.zscore("topk:path", "/index.html")).isEqualTo(42);
    }
  }

  @Test
  void postgres() throws Exception {
    try (LocalPostgres postgres = LocalPostgres.start(directory)) {
      String database =
          "postgresql://" + postgres.user() + ":@" + postgres.address() + "/" + postgres.database();
      Configuration config =
          new Configuration()
              .set(PostgresOptions.POSTGRES, database)
              .set(StoreOptions.CREATE_TABLES, true);
      Class<?> owner = getClass();
      DataStream<BalanceChanged> changes =
          stream(
              BalanceChanged.class,
              new BalanceChanged("ann", 2, 250),
              new BalanceChanged("ann", 1, 300));
      // README postgres starts
      PostgresTable balances =
          new PostgresTable(
              "balances",
              List.of(new PostgresTable.Column("account", PostgresType.TEXT)),
              List.of(new PostgresTable.Column("cents", PostgresType.BIGINT)),
              "version");
      PostgresSchema.prepare(config, List.of(balances), owner, "balances.sql"); // beside owner

      SingleOutputStreamOperator<DeadLettered> refused =
          StoreWriter.write(
                  changes,
                  BalanceChanged.class,
                  change ->
                      balances.row(List.of(change.account()), change.sequence(), change.cents()),
                  PostgresStore.of(config, balances),
                  "ledger")
              .uid("balances-postgres");
      // README ends
      assertThat(all(refused)).isEmpty();
      String url =
          "jdbc:postgresql://"
              + postgres.address()
              + "/"
              + postgres.database()
              + "?user="
              + postgres.user();
      try (var connection = new Driver().connect(url, new Properties());
          var found =
              connection.createStatement().executeQuery("SELECT cents, version FROM balances")) {
        assertThat(found.next()).isTrue();
        assertThat(List.of(found.getLong(1), found.getLong(2))).containsExactly(250L, 2L);
        assertThat(found.next()).isFalse();
      }
    }
  }

  @Test
  void cassandra() throws Exception {
    try (LocalCassandra cassandra = LocalCassandra.start(directory)) {
      Configuration config =
          new Configuration().set(CassandraOptions.CASSANDRA, cassandra.address());
      DataStream<SongPlayed> plays =
          stream(
              SongPlayed.class,
              new SongPlayed("p1", START, "song", "ann", "DE", 30_000, null, null));
      // README cassandra starts
      CassandraTable table = ListeningEvents.table(config);
      CassandraSchema.create(config, table); // or CassandraSchema.require, where the job may not

      SingleOutputStreamOperator<DeadLettered> refused =
          StoreWriter.write(
                  plays,
                  SongPlayed.class,
                  ListeningEvents.rows(table, ListeningEvents.HOUR),
                  CassandraStore.of(config, table),
                  "trending-songs")
              .uid("plays-cassandra");
      // README ends
      assertThat(all(refused)).isEmpty();
      try (CqlSession session =
          CqlSession.builder()
              .addContactPoint(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), cassandra.port()))
              .withLocalDatacenter("datacenter1")
              .build()) {
        assertThat(session.execute("SELECT play_id FROM millrace.listening_events").all())
            .extracting(row -> row.getString("play_id"))
            .containsExactly("p1");
      }
    }
  }

  @Test
  void archive() throws Exception {
    Configuration config =
        new Configuration().set(ArchiveOptions.ARCHIVE, directory.resolve("kept").toString());
    DataStream<BalanceChanged> rows =
        stream(BalanceChanged.class, new BalanceChanged("ann", START, 300));
    // README archive starts
    rows.sinkTo(
            Archive.of(
                config,
                "balances", // the directory below the archive
                BalanceChanged.class, // what a row is
                row -> row,
                row -> row.sequence())) // the time, whose day the row is kept under
        .uid("archive");
    // README ends
    env.execute();
    try (Stream<Path> kept = Files.list(directory.resolve("kept/balances/day=2026-01-31"))) {
      assertThat(kept.filter(file -> !file.getFileName().toString().startsWith(".")).toList())
          .singleElement()
          .satisfies(
              file ->
                  assertThat(file)
                      .hasContent(
                          "{\"account\":\"ann\",\"sequence\":" + START + ",\"cents\":300}"));
    }
  }

  @Test
  void opensearch() throws Exception {
    try (LocalOpenSearch openSearch = LocalOpenSearch.start(directory)) {
      Configuration config =
          new Configuration()
              .set(OpenSearchOptions.OPENSEARCH, openSearch.address())
              .set(StoreOptions.CREATE_TABLES, true);
      DataStream<LogRecorded> records =
          stream(
              LogRecorded.class,
              new LogRecorded(
                  "logs.raw:0:1",
                  "web",
                  START,
                  "ERROR",
                  "shop",
                  null,
                  "out of tea",
                  Map.of(),
                  null,
                  "logs.raw",
                  0,
                  1,
                  1,
                  null,
                  null));
      // README opensearch starts
      OpenSearchIndex index = LogDocuments.index("");
      OpenSearchTemplate.prepare(config, index); // the fields of each day's index

      SingleOutputStreamOperator<DeadLettered> refused =
          StoreWriter.write(
                  records,
                  LogRecorded.class,
                  new LogDocuments(index), // its id and version follow from the record
                  OpenSearchStore.of(config, index),
                  "log-ingestion")
              .uid("records-opensearch");
      // README ends
      assertThat(all(refused)).isEmpty();
      HttpRequest ask =
          HttpRequest.newBuilder(
                  URI.create(
                      "http://" + openSearch.address() + "/logs-2026.01.31/_doc/logs.raw:0:1"))
              .build();
      assertThat(HttpClient.newHttpClient().send(ask, BodyHandlers.ofString()).body())
          .contains("out of tea");
    }
  }
}
