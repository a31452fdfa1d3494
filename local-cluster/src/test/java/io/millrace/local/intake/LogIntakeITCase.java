package io.millrace.local.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.broker.BrokerPorts;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.host.SelfSigned;
import io.millrace.local.host.ServerCertificate;
import io.millrace.schema.Topics;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs by HTTP into a real broker, also while that is down. */
class LogIntakeITCase {
  private static final int REQUESTS = 40;
  private static final int LINES = 250;
  private static final IntakeSettings SETTINGS =
      new IntakeSettings(
          "127.0.0.1",
          0,
          null,
          null,
          "",
          new IntakeSettings.Limits(
              1024 * 1024,
              64 * 1024,
              64L * 1024 * 1024,
              Duration.ofMinutes(1),
              Duration.ofSeconds(3)));

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void whatIsAcknowledgedIsInKafkaOnceInItsOrder(@TempDir Path directory) throws Exception {
    BrokerPorts ports = BrokerPorts.find();
    LocalBroker broker = LocalBroker.start(directory, ports, Map.of());
    try {
      assertThatThrownBy(() -> LogIntake.start(SETTINGS, broker.bootstrap(), Map.of()))
          .as("there is no topic yet")
          .isInstanceOf(KafkaException.class);
      try (TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
        admin.create(List.of(Topics.LOGS_RAW));
      }
      long before = System.currentTimeMillis();
      try (LogIntake intake = LogIntake.start(SETTINGS, broker.bootstrap(), Map.of())) {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int request = 0; request < REQUESTS; request++) {
          answers.add(send(intake, request));
        }
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
          assertThat(answer.get().body()).isEqualTo("{\"accepted\":" + LINES + "}");
        }
        broker.close();
        HttpResponse<String> down = send(intake, REQUESTS).get();
        assertThat(down.statusCode()).isEqualTo(503);

        LocalBroker back = LocalBroker.start(directory, ports, Map.of());
        try {
          HttpResponse<String> again = send(intake, REQUESTS).get();
          assertThat(again.statusCode()).isEqualTo(200);
          check(read(back.bootstrap(), Topics.LOGS_RAW.name()), before);
        } finally {
          back.close();
        }
      }
    } finally {
      broker.close();
    }
  }

  @Test
  void overTls_logsAndUploadsAreInKafka(@TempDir Path directory) throws Exception {
    ServerCertificate certificate = SelfSigned.in(directory, "secret-of-keys");
    IntakeSettings settings =
        new IntakeSettings("127.0.0.1", 0, null, certificate, "", SETTINGS.limits());
    HttpClient trusting =
        HttpClient.newBuilder().sslContext(SelfSigned.trusting(certificate)).build();
    String upload =
        String.format(
            "{\"mediaId\":\"cat\",\"at\":1,\"sha256\":\"%064d\",\"sizeBytes\":7,"
                + "\"contentType\":\"image/png\",\"location\":\"s3://media/cat\"}",
            0);
    try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"))) {
      try (TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
        admin.create(List.of(Topics.LOGS_RAW, Topics.MEDIA_UPLOADS));
      }
      try (LogIntake intake = LogIntake.start(settings, broker.bootstrap(), Map.of())) {
        assertThat(intake.address().getScheme()).isEqualTo("https");
        Map<String, String> bodies = Map.of("/v1/logs/web", "a\nb", "/v1/media", upload);
        for (Map.Entry<String, String> each : bodies.entrySet()) {
          HttpRequest request =
              HttpRequest.newBuilder(intake.address().resolve(each.getKey()))
                  .POST(BodyPublishers.ofString(each.getValue()))
                  .build();
          assertThat(trusting.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
      }
      assertThat(read(broker.bootstrap(), Topics.LOGS_RAW.name()))
          .extracting(each -> new String(each.value(), UTF_8))
          .containsExactly("a", "b");
      assertThat(read(broker.bootstrap(), Topics.MEDIA_UPLOADS.name()))
          .extracting(each -> new String(each.key(), UTF_8) + new String(each.value(), UTF_8))
          .containsExactly("cat" + upload);
    }
  }

  private static String source(int request) {
    return "source-" + request % 3;
  }

  private static List<String> lines(int request) {
    return IntStream.range(0, LINES).mapToObj(line -> request + ":" + line + " ü").toList();
  }

  private CompletableFuture<HttpResponse<String>> send(LogIntake intake, int request) {
    return client.sendAsync(
        HttpRequest.newBuilder(intake.address().resolve(source(request)))
            .POST(BodyPublishers.ofString(String.join("\n", lines(request))))
            .build(),
        BodyHandlers.ofString());
  }

  /** Every line once, with its source, and those of a request one after the other. */
  private static void check(List<ConsumerRecord<byte[], byte[]>> records, long before) {
    assertThat(records).hasSize((REQUESTS + 1) * LINES);
    Map<String, ConsumerRecord<byte[], byte[]>> byLine = new HashMap<>();
    records.forEach(each -> byLine.put(new String(each.value(), UTF_8), each));
    for (int request = 0; request <= REQUESTS; request++) {
      List<String> lines = lines(request);
      assertThat(byLine).containsKeys(lines.toArray(String[]::new));
      long first = requireNonNull(byLine.get(lines.get(0))).offset();
      for (int i = 0; i < LINES; i++) {
        ConsumerRecord<byte[], byte[]> record = requireNonNull(byLine.get(lines.get(i)));
        assertThat(record.offset()).as("request %d line %d", request, i).isEqualTo(first + i);
        assertThat(record.key()).asString(UTF_8).isEqualTo(source(request));
        assertThat(record.headers().lastHeader("source").value())
            .asString(UTF_8)
            .isEqualTo(source(request));
        assertThat(record.timestamp()).isBetween(before, System.currentTimeMillis());
      }
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(String bootstrap, String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrap),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(each.topic(), each.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      while (partitions.stream()
          .anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records;
    }
  }
}
