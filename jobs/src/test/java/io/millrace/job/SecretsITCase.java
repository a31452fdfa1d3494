package io.millrace.job;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.job.bench.SinkJob;
import io.millrace.job.listening.TrendingSongsJob;
import io.millrace.local.broker.BrokerPorts;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.flink.FlinkSettings;
import io.millrace.local.flink.StateBackend;
import io.millrace.local.flink.Submission;
import io.millrace.local.flink.SubmittedJob;
import io.millrace.local.host.FreePorts;
import io.millrace.local.process.Children;
import io.millrace.local.process.FlinkProcesses;
import io.millrace.local.process.ProcessSettings;
import io.millrace.local.store.LocalCassandra;
import io.millrace.local.store.LocalPostgres;
import io.millrace.local.store.LocalRedis;
import io.millrace.schema.Topics;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** No password that a job is given is in a log, an answer of REST, a topic or a checkpoint. */
@Timeout(400)
class SecretsITCase {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String USER = "app";
  private static final String KAFKA = "canary-of-kafka-7c1f";
  private static final String REDIS = "canary-of-redis-93be";
  private static final String CASSANDRA = "canary-of-cassandra-d208";
  private static final String POSTGRES = "canary-of-postgres-41aa";
  private static final List<String> SECRETS = List.of(KAFKA, REDIS, CASSANDRA, POSTGRES);
  private static final Path JAR = Path.of("target/millrace-jobs.jar");

  @TempDir Path directory;

  @Test
  void jobs_runFailAndEnd_showNoPassword() throws Exception {
    Children children = Children.in(directory.resolve("processes"), (name, pid) -> {});
    String secured = "127.0.0.1:" + FreePorts.find();
    Map<String, String> seen = new TreeMap<>();
    try (LocalBroker broker = secureBroker(secured);
        LocalRedis redis = LocalRedis.startDurable(directory.resolve("redis"), USER, REDIS);
        LocalPostgres postgres = LocalPostgres.start(directory.resolve("postgres"));
        LocalCassandra cassandra =
            LocalCassandra.startWithUsers(children, directory.resolve("cassandra"));
        FlinkProcesses flink =
            FlinkProcesses.start(
                children,
                directory.resolve("flink"),
                new ProcessSettings(
                    new FlinkSettings(2, StateBackend.ROCKSDB, Duration.ofSeconds(1), 0),
                    1,
                    1,
                    0,
                    false))) {
      createUsers(postgres, cassandra);
      SubmittedJob rows = submit(flink, SinkJob.class, sinkArguments(postgres));
      await().atMost(PATIENCE).until(() -> SubmittedJob.isEnd(rows.state()));
      assertThat(rows.state()).isEqualTo(SubmittedJob.FINISHED);
      see(flink, rows, seen);

      SubmittedJob songs =
          submit(flink, TrendingSongsJob.class, songsArguments(secured, redis, cassandra));
      await().atMost(PATIENCE).until(() -> songs.progress().checkpointedAt().isPresent());
      redis.stop();
      produce(broker);
      await().atMost(PATIENCE).until(() -> logs(children.logs()).contains("failed, trying again"));
      see(flink, songs, seen);
      redis.startAgain();
      flink.taskManagers().get(0).kill();
      await().atMost(PATIENCE).until(() -> !songs.failure().isEmpty());
      see(flink, songs, seen);
      songs.cancel();
      await().atMost(PATIENCE).until(() -> SubmittedJob.isEnd(songs.state()));
      see(flink, songs, seen);
      for (String topic : List.of("listening.plays.dlq", "trending-songs.live")) {
        seen.put("topic " + topic, TopicReader.committed(broker.bootstrap(), topic).toString());
      }
    }
    seen.put("logs", logs(children.logs()));
    files(directory.resolve("flink/checkpoints"))
        .forEach(file -> seen.put(file.toString(), text(file)));

    assertThat(seen.get("logs")).contains("Redis at 127.0.0.1", "postgres:sink_rows");
    assertThat(seen).hasSizeGreaterThan(30);
    for (String secret : SECRETS) {
      seen.forEach((where, text) -> assertThat(text.contains(secret)).as(where).isFalse());
    }
  }

  private LocalBroker secureBroker(String secured) throws IOException {
    BrokerPorts ports = new BrokerPorts(FreePorts.find(), FreePorts.find(), 0, 0);
    String open = "BROKER://" + ports.bootstrap();
    Map<String, String> settings = new HashMap<>();
    settings.put(
        "listeners",
        open + ",CONTROLLER://127.0.0.1:" + ports.controller() + ",SECURE://" + secured);
    settings.put("advertised.listeners", open + ",SECURE://" + secured);
    settings.put(
        "listener.security.protocol.map",
        "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_PLAINTEXT");
    settings.put("sasl.enabled.mechanisms", "PLAIN");
    settings.put(
        "listener.name.secure.plain.sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required user_app=\""
            + KAFKA
            + "\";");
    return LocalBroker.start(directory.resolve("kafka"), ports, settings);
  }

  private static void createUsers(LocalPostgres postgres, LocalCassandra cassandra)
      throws IOException {
    postgres.execute("CREATE ROLE app LOGIN SUPERUSER PASSWORD '" + POSTGRES + "'");
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(() -> cassandra.execute("LIST ROLES"));
    cassandra.execute(
        "CREATE ROLE app WITH PASSWORD = '"
            + CASSANDRA
            + "' AND LOGIN = true AND SUPERUSER = true");
  }

  private static List<String> sinkArguments(LocalPostgres postgres) {
    return List.of(
        "--sink",
        "postgres",
        "--rows",
        "1000",
        "--postgres",
        String.format(
            "postgresql://%s:%s@%s/%s", USER, POSTGRES, postgres.address(), postgres.database()));
  }

  private static List<String> songsArguments(
      String secured, LocalRedis redis, LocalCassandra cassandra) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--bootstrap", secured, "--create-topics", "true"));
    arguments.addAll(List.of("--window", "10s", "--slide", "1s", "--half-life", "10s"));
    arguments.addAll(List.of("--max-out-of-orderness", "0s"));
    arguments.addAll(List.of("--kafka.security.protocol", "SASL_PLAINTEXT"));
    arguments.addAll(List.of("--kafka.sasl.mechanism", "PLAIN"));
    arguments.addAll(
        List.of(
            "--kafka.sasl.jaas.config",
            "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"app\""
                + " password=\""
                + KAFKA
                + "\";"));
    arguments.addAll(List.of("--redis", "redis://" + USER + ":" + REDIS + "@" + redis.address()));
    arguments.addAll(List.of("--cassandra", cassandra.address(), "--create-tables", "true"));
    arguments.addAll(List.of("--cassandra-user", USER, "--cassandra-password", CASSANDRA));
    return arguments;
  }

  private static SubmittedJob submit(FlinkProcesses flink, Class<?> job, List<String> arguments)
      throws Exception {
    Configuration client =
        GlobalConfiguration.loadConfiguration(flink.configDirectory().toString());
    client.removeConfig(HighAvailabilityOptions.HA_MODE);
    client.set(RestOptions.PORT, flink.address().getPort());
    // The jar's classes are on this test's own class path too.
    client.set(CoreOptions.CLASSLOADER_RESOLVE_ORDER, "parent-first");
    return new Submission(client, flink.rest())
        .submit(JAR, job.getName(), arguments, Submission.Start.FRESH);
  }

  /** A play a second over a minute, and one that is none. */
  private static void produce(LocalBroker broker) throws Exception {
    List<ProducerRecord<byte[], byte[]>> plays = new ArrayList<>();
    long now = System.currentTimeMillis();
    for (int i = 0; i < 60; i++) {
      SongPlayed play =
          new SongPlayed(
              "p" + i, now - 60_000 + 1_000L * i, "s", "u" + i, "DE", 60_000, null, null);
      for (int partition = 0; partition < Topics.LISTENING_PLAYS.partitions(); partition++) {
        plays.add(
            new ProducerRecord<>(
                Topics.LISTENING_PLAYS.name(),
                partition,
                null,
                Topics.LISTENING_PLAYS.codec().encode(play)));
      }
    }
    plays.add(new ProducerRecord<>(Topics.LISTENING_PLAYS.name(), new byte[] {'{'}));
    JobRuns.produce(broker.bootstrap(), plays);
  }

  /** Everything that REST tells of the cluster and of a job. */
  private static void see(FlinkProcesses flink, SubmittedJob job, Map<String, String> seen)
      throws Exception {
    List<String> paths =
        new ArrayList<>(
            List.of("/config", "/jobmanager/config", "/jobmanager/environment", "/jobs/overview"));
    String own = "/jobs/" + job.id();
    for (String part :
        List.of(
            "",
            "/config",
            "/plan",
            "/exceptions",
            "/accumulators",
            "/checkpoints",
            "/checkpoints/config",
            "/jobmanager/config",
            "/jobmanager/environment",
            "/status")) {
      paths.add(own + part);
    }
    for (JsonNode vertex : flink.rest().get(own).path("vertices")) {
      String task = own + "/vertices/" + vertex.path("id").asText();
      for (String part :
          List.of("", "/accumulators", "/subtasks/accumulators", "/subtasktimes", "/metrics")) {
        paths.add(task + part);
      }
    }
    HttpClient http = HttpClient.newHttpClient();
    for (String path : paths) {
      String answer =
          http.send(
                  HttpRequest.newBuilder(URI.create(flink.address() + path)).build(),
                  BodyHandlers.ofString())
              .body();
      seen.merge("REST " + path, answer, (before, now) -> before + now);
    }
  }

  private static String logs(Path directory) throws IOException {
    StringBuilder all = new StringBuilder();
    files(directory).forEach(file -> all.append(text(file)));
    return all.toString();
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, ISO_8859_1);
    } catch (IOException e) {
      throw new AssertionError(file + " can't be read", e);
    }
  }
}
