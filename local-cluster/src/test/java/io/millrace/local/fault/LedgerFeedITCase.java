package io.millrace.local.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.web.RequestServed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is fed, found again in its topic. */
@Timeout(180)
class LedgerFeedITCase {
  private static final String TOPIC = Topics.WEB_REQUESTS.name();

  @TempDir private Path directory;

  private final Ledger ledger = new Ledger(Topics.PARTITIONS);
  private final Trial trial = Trials.of("heavy-hitters", 5).orElseThrow();
  private final JobOracle oracle = trial.oracle(ledger);
  private LocalBroker broker;
  private TopicAdmin topics;
  private LedgerFeed feed;

  @BeforeEach
  void feed() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
    topics = new TopicAdmin(broker.bootstrap());
    topics.create(List.of(Topics.WEB_REQUESTS));
    feed = new LedgerFeed(broker.bootstrap(), trial, ledger, oracle);
    feed.feed(20_000, Duration.ofSeconds(1), () -> false);
    feed.finish();
  }

  @AfterEach
  void stop() {
    feed.close();
    topics.close();
    broker.close();
  }

  @Test
  void everyRecord_isInTheTopicOnce_andStatesWhatItMust() throws Exception {
    InputAudit audit = new InputAudit(ledger);
    Set<Integer> closed = new TreeSet<>();
    List<Integer> refused = new ArrayList<>();
    long[] latest = new long[Topics.PARTITIONS];
    for (ConsumerRecord<byte[], byte[]> record : contents()) {
      assertThat(audit.see(record.value())).map(RecordId::producer).contains(record.partition());
      try {
        RequestServed request = Topics.WEB_REQUESTS.codec().decode(record.value());
        assertThat(request.at()).isEqualTo(record.timestamp());
        assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo(request.client());
        if (request.at() > latest[record.partition()] + 10_000) {
          closed.add(record.partition());
        }
        latest[record.partition()] = Math.max(latest[record.partition()], request.at());
      } catch (RejectedException e) {
        refused.add(record.partition());
      }
    }
    audit.finish();

    assertThat(audit.named()).isEmpty();
    assertThat(audit.records()).isEqualTo(feed.made()).isEqualTo(ledger.count());
    assertThat(feed.made()).isBetween(20_000L, 20_010L);
    assertThat(refused).as("one in ten thousand").hasSizeBetween(1, 10);
    assertThat(closed).as("partitions that end with a record far ahead").hasSize(4);
  }

  @Test
  void strangeAndDoubledRecords_areFound() throws Exception {
    byte[] doubled = contents().get(0).value();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrap()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(TOPIC, doubled)).get();
      producer.send(new ProducerRecord<>(TOPIC, new byte[] {'{', '}'})).get();
    }

    InputAudit audit = new InputAudit(ledger);
    contents().forEach(record -> audit.see(record.value()));
    audit.finish();
    assertThat(audit.isClean()).isFalse();
    assertThat(audit.named())
        .containsExactlyInAnyOrder(
            "record " + RecordId.find(doubled).orElseThrow() + " is in the topic twice",
            "a record is in the topic that was never acknowledged");
  }

  private List<ConsumerRecord<byte[], byte[]>> contents() throws Exception {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    TopicContents.read(
        broker.bootstrap(), topics.ends(topics.partitions(List.of(TOPIC))), records::add);
    return records;
  }
}
