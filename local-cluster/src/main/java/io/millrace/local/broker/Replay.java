package io.millrace.local.broker;

import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.lane.DeadLettered;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Puts the records of dead letters back into the topics that they came from, each once: what is put
 * back, and how far the letters were read, is one transaction of Kafka. A record that its letter
 * has not whole is read from its topic once more.
 */
public final class Replay implements AutoCloseable {
  /** The header of a record that was put back: the letter's topic, partition and offset. */
  public static final String HEADER = "millrace-replay-of";

  private static final Duration POLL = Duration.ofMillis(200);

  /** So many records can't be had without an answer before the topic is taken to have no more. */
  private static final int EMPTY_POLLS = 25;

  private static final String ID = "millrace-replay-";

  private final String letters;
  private final Set<String> reasons;
  private final KafkaConsumer<byte[], byte[]> reader;
  private final KafkaConsumer<byte[], byte[]> sources;
  private final KafkaProducer<byte[], byte[]> writer;
  private final JsonCodec<DeadLettered> codec = JsonCodec.of(DeadLettered.class);

  /** What became of a letter. */
  public enum Fate {
    /** Its record is in its topic once more. */
    REPLAYED,
    /** It has another reason than those that were asked for. */
    OTHER_REASON,
    /** Its row came from no topic: a sink or store refused it, or it is of a file. */
    OF_NO_TOPIC,
    /** It has not the whole record, and nor has the topic any more. */
    GONE,
    /** It is no dead letter. */
    NOT_A_LETTER
  }

  /**
   * What was done.
   *
   * @param letters how many letters had which fate
   * @param topics how many records were put back, by topic
   */
  public record Outcome(Map<Fate, Long> letters, Map<String, Long> topics) {
    /** How many letters had a fate. */
    public long count(Fate fate) {
      return letters.getOrDefault(fate, 0L);
    }
  }

  /**
   * Connects.
   *
   * @param bootstrap brokers as {@code host:port}, several with commas
   * @param letters the topic of dead letters
   * @param reasons the reasons of the letters that are replayed; empty for all. What was read under
   *     some reasons is read again under others
   * @param properties more properties of Kafka's clients
   */
  public Replay(
      String bootstrap, String letters, Set<String> reasons, Map<String, String> properties) {
    this.letters = letters;
    this.reasons = Set.copyOf(reasons);
    String of = reasons.isEmpty() ? "" : "-" + String.join("-", reasons.stream().sorted().toList());
    String group = ID + letters + of;
    this.reader = new KafkaConsumer<>(settings(bootstrap, properties, Map.of("group.id", group)));
    this.sources = new KafkaConsumer<>(settings(bootstrap, properties, Map.of()));
    Map<String, Object> ofWriter = new HashMap<>(properties);
    ofWriter.put("bootstrap.servers", bootstrap);
    ofWriter.put("transactional.id", group);
    ofWriter.put("max.request.size", LocalBroker.MAX_MESSAGE_BYTES);
    this.writer =
        new KafkaProducer<>(ofWriter, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static Map<String, Object> settings(
      String bootstrap, Map<String, String> properties, Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(properties);
    all.put("bootstrap.servers", bootstrap);
    all.put("isolation.level", "read_committed");
    all.put("enable.auto.commit", "false");
    all.put("auto.offset.reset", "none");
    all.put("key.deserializer", ByteArrayDeserializer.class.getName());
    all.put("value.deserializer", ByteArrayDeserializer.class.getName());
    all.putAll(more);
    return all;
  }

  /**
   * Replays the letters that came since the last time, up to the end that the topic has now.
   *
   * @throws IOException where there is no such topic, or one that a record came from is gone
   */
  public Outcome run() throws IOException {
    List<TopicPartition> partitions = partitions();
    reader.assign(partitions);
    Map<TopicPartition, OffsetAndMetadata> committed = reader.committed(Set.copyOf(partitions));
    Map<TopicPartition, Long> first = reader.beginningOffsets(partitions);
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata before = committed.get(partition);
      long start = first.getOrDefault(partition, 0L);
      reader.seek(partition, before == null ? start : Math.max(start, before.offset()));
    }
    Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
    Map<Fate, Long> fates = new EnumMap<>(Fate.class);
    Map<String, Long> topics = new TreeMap<>();
    writer.initTransactions();
    while (partitions.stream().anyMatch(each -> reader.position(each) < end(ends, each))) {
      List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
      reader.poll(POLL).forEach(batch::add);
      batch.removeIf(
          letter ->
              letter.offset() >= end(ends, new TopicPartition(letter.topic(), letter.partition())));
      writer.beginTransaction();
      for (ConsumerRecord<byte[], byte[]> letter : batch) {
        fates.merge(replay(letter, topics), 1L, Long::sum);
      }
      writer.sendOffsetsToTransaction(positions(partitions, ends), reader.groupMetadata());
      writer.commitTransaction();
    }
    return new Outcome(fates, topics);
  }

  private List<TopicPartition> partitions() throws IOException {
    List<PartitionInfo> found = reader.partitionsFor(letters);
    if (found == null || found.isEmpty()) {
      throw new IOException("there is no topic " + letters);
    }
    return found.stream()
        .map(partition -> new TopicPartition(letters, partition.partition()))
        .toList();
  }

  private Map<TopicPartition, OffsetAndMetadata> positions(
      List<TopicPartition> partitions, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    for (TopicPartition partition : partitions) {
      long end = end(ends, partition);
      positions.put(partition, new OffsetAndMetadata(Math.min(end, reader.position(partition))));
    }
    return positions;
  }

  private static long end(Map<TopicPartition, Long> ends, TopicPartition partition) {
    return ends.getOrDefault(partition, 0L);
  }

  private Fate replay(ConsumerRecord<byte[], byte[]> record, Map<String, Long> topics) {
    DeadLettered letter;
    try {
      letter = codec.decode(record.value());
    } catch (RejectedException e) {
      return Fate.NOT_A_LETTER;
    }
    if (!reasons.isEmpty() && !reasons.contains(letter.reason())) {
      return Fate.OTHER_REASON;
    }
    if (letter.partition() < 0) {
      return Fate.OF_NO_TOPIC;
    }
    Optional<ProducerRecord<byte[], byte[]>> original = original(letter);
    if (original.isEmpty()) {
      return Fate.GONE;
    }
    Headers headers = original.get().headers();
    headers.remove(HEADER);
    headers.add(
        HEADER,
        String.format("%s/%d/%d", record.topic(), record.partition(), record.offset())
            .getBytes(StandardCharsets.UTF_8));
    // A failure is thrown when the transaction is committed.
    var unused = writer.send(original.get());
    topics.merge(letter.topic(), 1L, Long::sum);
    return Fate.REPLAYED;
  }

  private Optional<ProducerRecord<byte[], byte[]>> original(DeadLettered letter) {
    byte[] key = decoded(letter.key());
    byte[] value = decoded(letter.value());
    boolean isWhole =
        !letter.truncated()
            && length(key) == letter.keyBytes()
            && length(value) == letter.valueBytes();
    if (!isWhole) {
      return reread(letter);
    }
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(letter.topic(), null, letter.timestamp(), key, value);
    letter
        .headers()
        .forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    return Optional.of(record);
  }

  private static byte @Nullable [] decoded(@Nullable String base64) {
    return base64 == null ? null : Base64.getDecoder().decode(base64);
  }

  private static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  /** The record as its topic has it; nothing where it has it no more. */
  private Optional<ProducerRecord<byte[], byte[]>> reread(DeadLettered letter) {
    TopicPartition partition = new TopicPartition(letter.topic(), letter.partition());
    sources.assign(List.of(partition));
    sources.seek(partition, letter.offset());
    try {
      for (int polls = 0; polls < EMPTY_POLLS; polls++) {
        for (ConsumerRecord<byte[], byte[]> found : sources.poll(POLL)) {
          return found.offset() == letter.offset()
              ? Optional.of(
                  new ProducerRecord<>(
                      found.topic(),
                      null,
                      found.timestamp(),
                      found.key(),
                      found.value(),
                      found.headers()))
              : Optional.empty();
        }
        if (sources.position(partition) > letter.offset()) {
          return Optional.empty();
        }
      }
    } catch (OffsetOutOfRangeException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    reader.close();
    sources.close();
    writer.close();
  }
}
