package io.millrace.local.dashboard;

import io.millrace.schema.Topic.Lane;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows topics into their tables, on a thread of its own: committed records only, without a
 * consumer group. Of a live topic it reads everything, of others the newest records.
 */
final class TopicReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicReader.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
  private static final int STOP_LIMIT_MILLIS = 15_000;

  /** How many records of a partition are read from before the dashboard looked at it. */
  private static final long NEWEST = 1_000;

  /** More rows than these a compacted topic does not have, where it is kept in order. */
  private static final long NEWEST_LIVE = 200_000;

  private final TopicTables tables;
  private final RowDecoder decoder;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread;
  private final Set<String> cut = new HashSet<>();

  /** Where what a partition had before it was followed ends, until that is read. */
  private final Map<TopicPartition, Long> older = new HashMap<>();

  private volatile Set<String> measured = Set.of();
  private volatile Map<TopicPartition, Long> ends = Map.of();
  private volatile @Nullable String problem;
  private volatile boolean closed;

  private TopicReader(
      TopicTables tables, RowDecoder decoder, KafkaConsumer<byte[], byte[]> consumer) {
    this.tables = tables;
    this.decoder = decoder;
    this.consumer = consumer;
    this.thread = new Thread(this::read, "dashboard-topics");
    thread.setDaemon(true);
  }

  /**
   * Starts to follow what {@code tables} wants.
   *
   * @param properties more properties of Kafka's clients, such as {@code security.protocol}
   */
  static TopicReader start(
      String bootstrap, Map<String, String> properties, TopicTables tables, RowDecoder decoder) {
    Map<String, Object> settings = new HashMap<>(properties);
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, IsolationLevel.READ_COMMITTED.toString());
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 8 << 20);
    TopicReader reader =
        new TopicReader(
            tables,
            decoder,
            new KafkaConsumer<>(
                settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    reader.thread.start();
    return reader;
  }

  /** Why nothing can be read; null where it can. */
  @Nullable String problem() {
    return problem;
  }

  /**
   * Has the ends of topics measured from now on, for {@link #ends}.
   *
   * @param topics their names as Flink's metrics have them
   */
  void measure(Set<String> topics) {
    measured = Set.copyOf(topics);
  }

  /** The ends of the topics that are measured, of what is committed. */
  Map<TopicPartition, Long> ends() {
    return ends;
  }

  /** The topics of which only the newest records were read. */
  Set<String> cut() {
    synchronized (cut) {
      return Set.copyOf(cut);
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      thread.join(STOP_LIMIT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read() {
    try (consumer) {
      long lookedAt = System.nanoTime() - LOOK_INTERVAL.toNanos();
      while (!closed) {
        try {
          if (System.nanoTime() - lookedAt >= LOOK_INTERVAL.toNanos()) {
            look();
            lookedAt = System.nanoTime();
          }
          poll();
        } catch (WakeupException e) {
          LOG.debug("Asked to stop");
        } catch (InterruptException e) {
          return;
        } catch (KafkaException e) {
          LOG.info("Kafka can't be read for now", e);
          problem = "Kafka can't be read: " + e.getMessage();
        }
      }
    }
  }

  private void look() {
    Map<String, List<PartitionInfo>> listed = consumer.listTopics(ANSWER_LIMIT);
    listed.keySet().removeIf(topic -> topic.startsWith("__"));
    tables.exist(listed.keySet());
    assign(partitions(tables.wanted(), listed));
    Set<String> names = new HashSet<>(listed.keySet());
    names.removeIf(name -> !measured.contains(JobWatch.measured(name)));
    Set<TopicPartition> asked = partitions(names, listed);
    ends = asked.isEmpty() ? Map.of() : consumer.endOffsets(asked, ANSWER_LIMIT);
    problem = null;
  }

  private static Set<TopicPartition> partitions(
      Set<String> topics, Map<String, List<PartitionInfo>> listed) {
    return topics.stream()
        .flatMap(topic -> listed.getOrDefault(topic, List.of()).stream())
        .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
        .collect(Collectors.toSet());
  }

  private void assign(Set<TopicPartition> wanted) {
    Set<TopicPartition> before = consumer.assignment();
    if (wanted.equals(before)) {
      return;
    }
    Set<TopicPartition> added = new HashSet<>(wanted);
    added.removeAll(before);
    Map<TopicPartition, Long> first = consumer.beginningOffsets(added, ANSWER_LIMIT);
    Map<TopicPartition, Long> last = consumer.endOffsets(added, ANSWER_LIMIT);
    consumer.assign(wanted);
    older.keySet().retainAll(wanted);
    for (TopicPartition partition : added) {
      boolean live = tables.lane(partition.topic()) == Lane.LIVE;
      long start = first.getOrDefault(partition, 0L);
      long newest = last.getOrDefault(partition, 0L) - (live ? NEWEST_LIVE : NEWEST);
      if (newest > start) {
        synchronized (cut) {
          cut.add(partition.topic());
        }
      }
      consumer.seek(partition, Math.max(start, newest));
      older.put(partition, last.getOrDefault(partition, 0L));
      tables.table(partition.topic());
    }
  }

  private void poll() {
    if (consumer.assignment().isEmpty()) {
      pause();
      return;
    }
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      RowTable table = tables.table(record.topic());
      Lane lane = tables.lane(record.topic());
      if (lane == Lane.LIVE) {
        decoder.live(record, table);
      } else if (lane == Lane.DEAD_LETTER) {
        decoder.letter(record, table);
      } else {
        decoder.record(record, table);
      }
    }
    tellCaughtUp();
  }

  /** Tells the tables of whose topics all is read that they had before they were followed. */
  private void tellCaughtUp() {
    if (older.isEmpty()) {
      return;
    }
    Set<String> ready = topics(older.keySet());
    older.entrySet().removeIf(each -> consumer.position(each.getKey()) >= each.getValue());
    ready.removeAll(topics(older.keySet()));
    ready.forEach(topic -> tables.table(topic).caughtUp());
  }

  private static Set<String> topics(Set<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet());
  }

  private static void pause() {
    try {
      Thread.sleep(POLL.toMillis());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
