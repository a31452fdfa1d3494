package io.millrace.local.feed;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.schema.Topics;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileFeedITCase {
  @TempDir Path directory;

  private LocalBroker broker;
  private TopicAdmin admin;

  @BeforeEach
  void start() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
    admin = new TopicAdmin(broker.bootstrap());
    admin.create(List.of(Topics.WEB_REQUESTS));
  }

  @AfterEach
  void stop() {
    admin.close();
    broker.close();
  }

  @Test
  void feed_everyFormat_keysAndBytesAreRight() throws Exception {
    String json = "{ \"at\":1, \"client\":\"a\", \"path\":\"/j\" }";
    String broken = "caf\u00e9 \u0000 {";
    Path lines = directory.resolve("a.jsonl.gz");
    try (OutputStream file = new GZIPOutputStream(Files.newOutputStream(lines))) {
      file.write((json + "\n\n" + broken + "\n").getBytes(ISO_8859_1));
    }
    Path csv =
        Files.writeString(directory.resolve("b.csv"), "\ufeffat,client,path\n2,\"b\",/c\nragged\n");
    String badLine = "192.0.2.1 \u00ff";
    Path log =
        Files.write(
            directory.resolve("c.log"),
            ("1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /l HTTP/1.1\" 200 -\n" + badLine)
                .getBytes(ISO_8859_1));
    long before = System.currentTimeMillis();

    feed(lines, csv, log);

    Map<String, String> keys = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : read(7)) {
      assertThat(record.timestamp()).isBetween(before, System.currentTimeMillis());
      String key = record.key() == null ? "-" : new String(record.key(), ISO_8859_1);
      keys.put(new String(record.value(), ISO_8859_1), key);
    }
    assertThat(keys)
        .containsEntry(json, "a")
        .containsEntry("", "-")
        .containsEntry(broken, "-")
        .containsEntry("{\"at\":2,\"client\":\"b\",\"path\":\"/c\"}", "b")
        .containsEntry("ragged", "-")
        .containsEntry(badLine, "-")
        .containsValue("1.2.3.4")
        .hasSize(7);
  }

  @Test
  void feed_lineOfTenMegabytes_arrivesWhole() throws Exception {
    byte[] line = new byte[10 * 1024 * 1024];
    Arrays.fill(line, (byte) 'x');
    feed(Files.write(directory.resolve("a.jsonl"), line));
    assertThat(read(1).get(0).value()).isEqualTo(line);
  }

  @Test
  void feed_manyClients_useAllPartitionsAndKeepOrderOfEach() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 2_000; i++) {
      lines.append("{\"at\":").append(i).append(",\"client\":\"c").append(i % 50).append("\"}\n");
    }
    feed(Files.writeString(directory.resolve("a.jsonl"), lines));

    Map<String, Long> last = new HashMap<>();
    Set<Integer> partitions = new HashSet<>();
    for (ConsumerRecord<byte[], byte[]> record : read(2_000)) {
      partitions.add(record.partition());
      String key = new String(record.key(), ISO_8859_1);
      Long previous = last.put(key, record.offset());
      assertThat(previous == null || previous < record.offset()).isTrue();
    }
    assertThat(partitions).hasSize(4);
    assertThat(last).hasSize(50);
  }

  @Test
  void feed_filesOfOneTopic_comeInTheOrderOfTheirTimes() throws Exception {
    String first = "{\"at\":1000000001000,\"client\":\"c\",\"path\":\"/1\"}";
    String second = "{\"at\":\"2001-09-09T01:46:42Z\",\"client\":\"c\",\"path\":\"/2\"}";
    String bad = "{\"at\":null,\"client\":\"c\"}";
    String refused = "{\"at\":99999999999999,\"client\":\"c\",\"path\":\"/year-5138\"}";
    String third = "{\"at\":1000000003000,\"client\":\"c\",\"path\":\"/3\"}";
    String fourth = "{\"at\":1000000004000,\"client\":\"c\",\"path\":\"/4\"}";
    String fifth = "{\"at\":1000000004000,\"client\":\"c\",\"path\":\"/5\"}";
    Path one = directory.resolve("one.jsonl");
    Path other = directory.resolve("other.jsonl");
    String seconds = "{\"at\":1000000004,\"client\":\"c\",\"path\":\"/1970\"}";
    Files.writeString(one, String.join("\n", second, refused, third, fourth, seconds));
    Files.writeString(other, String.join("\n", bad, first, fifth, third));

    FileFeed feed = feed(one, other);

    assertThat(read(9))
        .extracting(record -> new String(record.value(), UTF_8))
        .containsExactly(bad, first, second, refused, third, fourth, seconds, fifth, third);
    assertThat(feed.disorder())
        .as("the last of the second file is a second behind the one before it")
        .containsExactly(entry(Topics.WEB_REQUESTS, Duration.ofSeconds(1)));
  }

  private FileFeed feed(Path... paths) throws Exception {
    List<InputFile> files = new ArrayList<>();
    for (Path path : paths) {
      files.add(InputFile.of(Topics.WEB_REQUESTS, path));
    }
    FileFeed feed = new FileFeed(files, List.of(), TimeReader.of(null, null));
    feed.check();
    try (TopicFeeder feeder = new TopicFeeder(broker.bootstrap())) {
      feed.feed(feeder, () -> false);
    }
    return feed;
  }

  private List<ConsumerRecord<byte[], byte[]>> read(int count) throws Exception {
    Set<TopicPartition> partitions = admin.partitions(List.of("web.requests"));
    assertThat(partitions).hasSize(4);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrap()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                return records.size() >= count;
              });
    }
    assertThat(records).hasSize(count);
    return records;
  }
}
