package io.millrace.connector.kafka;

import static io.millrace.connector.Certificates.STORE_PASSWORD;
import static io.millrace.connector.Certificates.THIS_HOST;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.connector.Certificates;
import io.millrace.local.broker.BrokerPorts;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.host.FreePorts;
import io.millrace.schema.Topics;
import io.millrace.schema.web.RequestServed;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A broker that takes nothing but TLS and a login by SCRAM on the port that jobs use. */
@Timeout(180)
class SecureKafkaITCase {
  private static final String PASSWORD = "hunter2-of-scram";
  private static final int RECORDS = 1_000;

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder().setNumberSlotsPerTaskManager(2).build());

  @TempDir static Path directory;

  private static LocalBroker broker;
  private static String secured = "";
  private static String elsewhere = "";
  private static String expired = "";
  private static Path trustedElsewhere = Path.of("");
  private static Path trustedExpired = Path.of("");
  private static Path trusted = Path.of("");
  private static Path foreign = Path.of("");

  @BeforeAll
  static void startBroker() throws Exception {
    Path keys = directory.resolve("broker.p12");
    trusted = Certificates.make(directory, "broker", keys, THIS_HOST);
    foreign = Certificates.make(directory, "foreign", directory.resolve("foreign.p12"), THIS_HOST);
    Path keysElsewhere = directory.resolve("elsewhere.p12");
    trustedElsewhere =
        Certificates.make(
            directory, "elsewhere", keysElsewhere, "-validity 30 -ext SAN=dns:elsewhere.invalid");
    Path keysExpired = directory.resolve("expired.p12");
    trustedExpired =
        Certificates.make(
            directory, "expired", keysExpired, "-startdate -10d -validity 5 -ext SAN=ip:127.0.0.1");
    BrokerPorts ports = new BrokerPorts(FreePorts.find(), FreePorts.find(), 0, 0);
    int port = FreePorts.find();
    secured = "127.0.0.1:" + port;
    elsewhere = "127.0.0.1:" + FreePorts.find();
    expired = "127.0.0.1:" + FreePorts.find();
    String encrypted = ",ELSEWHERE://" + elsewhere + ",EXPIRED://" + expired;
    String open = "BROKER://" + ports.bootstrap();
    Map<String, String> settings = new HashMap<>();
    settings.put(
        "listeners",
        open
            + ",CONTROLLER://127.0.0.1:"
            + ports.controller()
            + ",SECURE://"
            + secured
            + encrypted);
    settings.put("advertised.listeners", open + ",SECURE://" + secured + encrypted);
    settings.put(
        "listener.security.protocol.map",
        "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL,ELSEWHERE:SSL,EXPIRED:SSL");
    settings.put("listener.name.elsewhere.ssl.keystore.location", keysElsewhere.toString());
    settings.put("listener.name.elsewhere.ssl.keystore.password", STORE_PASSWORD);
    settings.put("listener.name.expired.ssl.keystore.location", keysExpired.toString());
    settings.put("listener.name.expired.ssl.keystore.password", STORE_PASSWORD);
    settings.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
    settings.put(
        "listener.name.secure.scram-sha-512.sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required;");
    settings.put("ssl.keystore.location", keys.toString());
    settings.put("ssl.keystore.password", STORE_PASSWORD);
    settings.put("ssl.keystore.type", "PKCS12");
    broker = LocalBroker.start(directory.resolve("kafka"), ports, settings);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      admin
          .alterUserScramCredentials(
              List.of(
                  new UserScramCredentialUpsertion(
                      "app",
                      new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                      PASSWORD)))
          .all()
          .get();
    }
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void relay_tlsAndScram_readsAndWritesExactlyOnce() throws Exception {
    Configuration in = config("in.", PASSWORD, trusted);
    in.set(KafkaOptions.BOUNDED, true);
    Configuration out = config("out.", PASSWORD, trusted);
    KafkaTopics.prepare(in, List.of(Topics.WEB_REQUESTS));
    KafkaTopics.prepare(out, List.of(Topics.WEB_REQUESTS));
    produce("in.web.requests");

    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(
            Configuration.fromMap(
                Map.of(
                    "parallelism.default", "2",
                    "restart-strategy.type", "none",
                    "execution.checkpointing.interval", "100ms")));
    SingleOutputStreamOperator<RequestServed> requests =
        env.fromSource(
                KafkaEvents.source(in, Topics.WEB_REQUESTS),
                KafkaEvents.watermarks(in, Topics.WEB_REQUESTS),
                "requests")
            .uid("requests")
            .transform("split", TypeInformation.of(RequestServed.class), new SplitDecoded<>())
            .uid("decoded");
    KafkaEvents.write(
        requests
            .process(KafkaEvents.encoder(out, Topics.WEB_REQUESTS))
            .returns(KafkaRow.class)
            .uid("encode"),
        out,
        Topics.WEB_REQUESTS,
        "sink");
    env.execute("secure");

    assertThat(committed("out.web.requests")).isEqualTo(RECORDS);
  }

  @Test
  void prepare_wrongPassword_isRefusedWithoutIt() {
    Throwable refused =
        catchThrowable(
            () ->
                KafkaTopics.prepare(
                    config("wrong.", PASSWORD + "!", trusted), List.of(Topics.WEB_REQUESTS)));

    assertThat(refused).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(secured);
    assertThat(trace(refused)).contains("SCRAM").doesNotContain(PASSWORD, STORE_PASSWORD);
  }

  @Test
  void prepare_certificateOfAnother_isRefused() {
    Throwable refused =
        catchThrowable(
            () ->
                KafkaTopics.prepare(
                    config("foreign.", PASSWORD, foreign), List.of(Topics.WEB_REQUESTS)));

    assertThat(refused).isInstanceOf(IllegalArgumentException.class);
    assertThat(trace(refused)).contains("SSL").doesNotContain(PASSWORD, STORE_PASSWORD);
  }

  @Test
  void prepare_certificateOfAnotherHost_isRefused() {
    Throwable refused = encrypted(elsewhere, trustedElsewhere);

    assertThat(refused)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(elsewhere);
    assertThat(trace(refused)).contains("No subject alternative names");
  }

  @Test
  void prepare_certificateThatHasExpired_isRefused() {
    Throwable refused = encrypted(expired, trustedExpired);

    assertThat(refused).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(expired);
    assertThat(trace(refused)).contains("CertificateExpiredException");
  }

  /** What comes of connecting by TLS alone. */
  private static Throwable encrypted(String address, Path trust) {
    Configuration config = config("encrypted.", PASSWORD, trust);
    config.set(KafkaOptions.BOOTSTRAP, address);
    config.setString("kafka.security.protocol", "SSL");
    return catchThrowable(() -> KafkaTopics.prepare(config, List.of(Topics.WEB_REQUESTS)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"JndiLoginModule", "LdapLoginModule"})
  void prepare_loginModuleThatAsksOthers_isRefused(String module) {
    Configuration config = config("module.", PASSWORD, trusted);
    config.setString(
        "kafka.sasl.jaas.config",
        "com.sun.security.auth.module."
            + module
            + " required user.provider.url=\"ldap://127.0.0.1:1/\" password=\""
            + PASSWORD
            + "\";");

    Throwable refused =
        catchThrowable(() -> KafkaTopics.prepare(config, List.of(Topics.WEB_REQUESTS)));

    assertThat(refused).isInstanceOf(IllegalArgumentException.class);
    assertThat(trace(refused)).contains(module + " is not allowed").doesNotContain(PASSWORD);
  }

  @Test
  void prepare_tokensOfAFile_areRefused() {
    Configuration config = config("token.", PASSWORD, trusted);
    config.setString("kafka.sasl.mechanism", "OAUTHBEARER");
    config.setString(
        "kafka.sasl.jaas.config",
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required"
            + " clientId=\"a\" clientSecret=\""
            + PASSWORD
            + "\";");
    config.setString(
        "kafka.sasl.login.callback.handler.class",
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler");
    config.setString("kafka.sasl.oauthbearer.token.endpoint.url", trusted.toUri().toString());

    Throwable refused =
        catchThrowable(() -> KafkaTopics.prepare(config, List.of(Topics.WEB_REQUESTS)));

    assertThat(refused).isInstanceOf(IllegalArgumentException.class);
    assertThat(trace(refused)).contains("oauthbearer.allowed.urls").doesNotContain(PASSWORD);
  }

  @Test
  void prepare_noLogin_isRefused() {
    Configuration config = config("plain.", PASSWORD, trusted);
    config.setString("kafka.security.protocol", "PLAINTEXT");

    assertThat(catchThrowable(() -> KafkaTopics.prepare(config, List.of(Topics.WEB_REQUESTS))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(secured);
  }

  private static Configuration config(String prefix, String password, Path trust) {
    Map<String, String> options = new HashMap<>();
    options.put("bootstrap", secured);
    options.put("job-name", "secure");
    options.put("topic-prefix", prefix);
    options.put("create-topics", "true");
    options.put("kafka.security.protocol", "SASL_SSL");
    options.put("kafka.sasl.mechanism", "SCRAM-SHA-512");
    options.put(
        "kafka.sasl.jaas.config",
        String.format(
            "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"app\""
                + " password=\"%s\";",
            password));
    options.put("kafka.ssl.truststore.location", trust.toString());
    options.put("kafka.ssl.truststore.password", STORE_PASSWORD);
    options.put("kafka.ssl.truststore.type", "PKCS12");
    options.put("kafka.default.api.timeout.ms", "10000");
    options.put("kafka.request.timeout.ms", "5000");
    return Configuration.fromMap(options);
  }

  private static void produce(String topic) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrap()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        String value =
            String.format(
                "{\"at\":%d,\"client\":\"c%d\",\"path\":\"/\"}", System.currentTimeMillis(), i);
        // Closing the producer sends them.
        var unused = producer.send(new ProducerRecord<>(topic, value.getBytes(UTF_8)));
      }
    }
  }

  private static long committed(String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrap(), "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = TestBroker.partitions(topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long records = 0;
      while (partitions.stream()
          .anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
        records += consumer.poll(Duration.ofMillis(100)).count();
      }
      return records;
    }
  }

  private static String trace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
