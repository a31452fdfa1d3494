package io.millrace.local.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.local.flink.FlinkSettings;
import io.millrace.local.flink.StateBackend;
import io.millrace.local.host.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed, stopped and replaced. */
class ClusterProcessesITCase {
  private static final Duration RECOVERY_LIMIT = Duration.ofMinutes(2);

  @TempDir Path directory;

  @Test
  void broker_killed_comesBackWithItsDataOnTheSamePort() throws Exception {
    Children children = Children.in(directory, (name, pid) -> {});
    try (BrokerProcess broker = BrokerProcess.start(children, directory.resolve("kafka"))) {
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
        admin.createTopics(List.of(new NewTopic("notes", 1, (short) 1))).all().get();
      }
      try (KafkaProducer<String, String> producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", broker.bootstrap()),
              new StringSerializer(),
              new StringSerializer())) {
        producer.send(new ProducerRecord<>("notes", "kept")).get();
      }
      ChildProcess before = broker.process();
      before.kill();
      assertThat(before.isAlive()).isFalse();

      broker.restart();

      assertThat(broker.process().pid()).isNotEqualTo(before.pid());
      assertThat(valuesOf(broker.bootstrap(), "notes")).containsExactly("kept");
    }
  }

  @Test
  void flink_killedAndStoppedParts_areReplaced() throws Exception {
    Children children = Children.in(directory, (name, pid) -> {});
    ProcessSettings settings =
        new ProcessSettings(
            new FlinkSettings(2, StateBackend.HASHMAP, Duration.ofSeconds(1), 0), 1, 1, 1, true);
    List<ChildProcess> all;
    try (FlinkProcesses flink =
        FlinkProcesses.start(children, directory.resolve("flink"), settings)) {
      assertThat(slots(flink)).as("the worker's and the spare's").isEqualTo(4);
      assertThat(Files.readString(flink.configDirectory().resolve("config.yaml")))
          .contains("high-availability.type: \"zookeeper\"");

      ChildProcess worker = flink.taskManagers().get(0);
      worker.kill();
      await().atMost(RECOVERY_LIMIT).until(() -> flink.taskManagers().get(0).pid() != worker.pid());
      await().atMost(RECOVERY_LIMIT).until(() -> slots(flink) == 4 && taskManagers(flink) == 2);

      ChildProcess leader = flink.jobManagers().get(0);
      leader.kill();
      await()
          .atMost(RECOVERY_LIMIT)
          .ignoreExceptions()
          .until(() -> flink.jobManagers().get(0).pid() != leader.pid() && slots(flink) == 4);

      ChildProcess zombie = flink.taskManagers().get(1);
      zombie.suspend();
      await().atMost(RECOVERY_LIMIT).until(() -> taskManagers(flink) == 1);
      assertThat(zombie.isAlive()).isTrue();
      zombie.resume();
      await().atMost(RECOVERY_LIMIT).until(() -> taskManagers(flink) == 2);
      all = flink.taskManagers();
    }
    assertThat(all).noneMatch(ChildProcess::isAlive);
  }

  @Test
  void child_thatIsNoProgram_isReportedWithItsOutput() throws Exception {
    Path output = directory.resolve("out");
    ChildProcess child =
        ChildProcess.start(
            "greeter",
            List.of("sh", "-c", "echo $GREETING; exit 3"),
            Map.of("GREETING", "hi"),
            output);
    assertThat(child.awaitEnd(RECOVERY_LIMIT)).isTrue();
    assertThat(child.exitCode()).isEqualTo(3);
    assertThat(Files.readString(output, UTF_8)).isEqualTo("hi\n");
    child.close();
  }

  private static int slots(FlinkProcesses flink) throws Exception {
    return flink.rest().get("/overview").path("slots-available").asInt();
  }

  private static int taskManagers(FlinkProcesses flink) throws Exception {
    return flink.rest().get("/overview").path("taskmanagers").asInt();
  }

  private static List<String> valuesOf(String bootstrap, String topic) {
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrap),
            new StringDeserializer(),
            new StringDeserializer())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      List<String> values = new ArrayList<>();
      await()
          .atMost(RECOVERY_LIMIT)
          .until(
              () -> {
                for (ConsumerRecord<String, String> record :
                    consumer.poll(Duration.ofMillis(100))) {
                  values.add(record.value());
                }
                return !values.isEmpty();
              });
      return values;
    }
  }
}
