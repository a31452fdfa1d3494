package io.millrace.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.broker.Transactions;
import io.millrace.local.broker.Transactions.Held;
import io.millrace.schema.Topics;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransactionsCommandITCase {
  private static final String TOPIC = Topics.WEB_REQUESTS.name();
  private static final TopicPartition FIRST = new TopicPartition(TOPIC, 0);
  private static final TopicPartition SECOND = new TopicPartition(TOPIC, 1);

  @TempDir static Path directory;

  private static LocalBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = LocalBroker.start(directory);
    try (TopicAdmin topics = new TopicAdmin(broker.bootstrap())) {
      topics.create(List.of(Topics.WEB_REQUESTS));
    }
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void abort_ofOnePrefix_letsItsReadersGoOnAndLeavesOthersAlone() throws Exception {
    try (KafkaProducer<String, String> abandoned = open("gone-results-0-7", FIRST, "abandoned");
        KafkaProducer<String, String> other = open("other-results-0-3", SECOND, "other");
        KafkaProducer<String, String> plain = producer(Map.of());
        KafkaConsumer<String, String> reader = reader();
        Transactions transactions = new Transactions(broker.bootstrap(), Duration.ofSeconds(20))) {
      plain.send(new ProducerRecord<>(TOPIC, 0, null, "behind the abandoned")).get();
      plain.send(new ProducerRecord<>(TOPIC, 1, null, "behind the other")).get();

      assertThat(transactions.open("gone-"))
          .singleElement()
          .satisfies(
              open -> {
                assertThat(open.id()).isEqualTo("gone-results-0-7");
                assertThat(open.state()).isEqualTo("Ongoing");
                assertThat(open.partitions()).containsExactly(FIRST);
                assertThat(open.timeoutMillis()).isEqualTo(600_000);
                assertThat(open.startedAtMillis()).isPositive();
              });
      assertThat(transactions.held(transactions.open("")))
          .isEqualTo(Map.of(FIRST, new Held(0, 2), SECOND, new Held(0, 2)));
      assertThat(run("--prefix", "gone-"))
          .contains("gone-results-0-7", "Ongoing", "10m 0s")
          .contains(FIRST + ": committed reads end at 0, with 2 offsets after it")
          .doesNotContain("other-", "aborted");
      assertThat(reader.poll(Duration.ofSeconds(1)).isEmpty()).as("readers are stalled").isTrue();

      assertThat(run("--prefix", "gone-", "--abort")).contains("aborted 1");

      List<String> read = new ArrayList<>();
      Awaitility.await()
          .until(
              () -> {
                reader.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.value()));
                return !read.isEmpty();
              });
      assertThat(read).containsExactly("behind the abandoned");
      assertThat(run("--prefix", "gone-"))
          .isEqualTo("no open transaction whose id starts with gone-\n");
      assertThatThrownBy(abandoned::commitTransaction).isInstanceOf(KafkaException.class);
      assertThat(transactions.open(""))
          .extracting(Transactions.Open::id)
          .containsExactly("other-results-0-3");
      other.commitTransaction();
      assertThat(run()).isEqualTo("no open transaction\n");
    }
  }

  @Test
  void abort_withoutPrefix_isRefused() {
    assertThatThrownBy(() -> run("--abort"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--abort needs --prefix");
  }

  @Test
  void run_withoutBootstrap_namesIt() {
    assertThatThrownBy(() -> TransactionsCommand.run(List.of(), directory, System.out))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--bootstrap <host:port>");
  }

  @Test
  void run_unknownOption_namesTheHelp() {
    assertThatThrownBy(() -> TransactionsCommand.run(List.of("--abord"), directory, System.out))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("'--abord'")
        .hasMessageContaining("transactions --help");
  }

  /**
   * A chain that nobody can have broken, since it is of no topic, must not pass for a whole one.
   */
  @Test
  void verifyAudit_ofNoTopic_isRefused() {
    List<String> args = List.of("reconciliation.audits", "--bootstrap", broker.bootstrap());
    assertThatThrownBy(() -> VerifyAuditCommand.run(args, directory, System.out))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("there is no topic reconciliation.audits");
  }

  private static String run(String... options) throws Exception {
    List<String> args = new ArrayList<>(List.of(options));
    args.addAll(List.of("--bootstrap", broker.bootstrap()));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, UTF_8);
    assertThat(TransactionsCommand.run(args, directory, out)).isEqualTo(ExitCode.DONE);
    return bytes.toString(UTF_8).replace("\r\n", "\n");
  }

  private static KafkaProducer<String, String> open(
      String id, TopicPartition partition, String value) throws Exception {
    KafkaProducer<String, String> producer =
        producer(Map.of("transactional.id", id, "transaction.timeout.ms", 600_000));
    producer.initTransactions();
    producer.beginTransaction();
    producer
        .send(new ProducerRecord<>(partition.topic(), partition.partition(), null, value))
        .get();
    return producer;
  }

  private static KafkaProducer<String, String> producer(Map<String, Object> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("bootstrap.servers", broker.bootstrap());
    return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }

  private static KafkaConsumer<String, String> reader() {
    KafkaConsumer<String, String> reader =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrap(), "isolation.level", "read_committed"),
            new StringDeserializer(),
            new StringDeserializer());
    reader.assign(List.of(FIRST, SECOND));
    reader.seekToBeginning(List.of(FIRST, SECOND));
    return reader;
  }
}
