package io.millrace.local.broker;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Follows the topics that a job writes: counts their committed records and, where wanted, copies
 * them into files, one record value a line. Works on a thread of its own from {@link #follow} to
 * {@link #finish}.
 */
public final class SinkTopics implements AutoCloseable {
  /** What is still expected from the topics. */
  private enum Phase {
    /** More and more records. */
    FOLLOWING,
    /** Nothing beyond what is decided now; the job was cancelled. */
    ENDING_AS_IT_IS,
    /** Nothing beyond what is there now, which must all be decided soon; the job is done. */
    ENDING_COMPLETE,
    /** Nothing at all. */
    ABANDONED
  }

  private static final Duration POLL = Duration.ofMillis(100);

  private final String bootstrap;
  private final List<String> topics;
  private final Map<String, OutputStream> files;
  private final Duration decisionLimit;
  private final Map<String, Long> rows = new ConcurrentHashMap<>();
  private final FutureTask<@Nullable Void> work = new FutureTask<>(this::read, null);
  private volatile Phase phase = Phase.FOLLOWING;
  private volatile @Nullable IOException failure;

  private SinkTopics(
      String bootstrap,
      List<String> topics,
      Map<String, OutputStream> files,
      Duration decisionLimit) {
    this.bootstrap = bootstrap;
    this.topics = topics;
    this.files = files;
    this.decisionLimit = decisionLimit;
    topics.forEach(topic -> rows.put(topic, 0L));
  }

  /**
   * Starts to follow topics, which need not exist yet.
   *
   * @param directory where to write {@code <topic>.jsonl} for each; null writes nothing
   * @param decisionLimit how long {@link #finish} waits for open transactions to be decided
   */
  public static SinkTopics follow(
      String bootstrap, List<String> topics, @Nullable Path directory, Duration decisionLimit)
      throws IOException {
    Map<String, OutputStream> files = new LinkedHashMap<>();
    if (directory != null) {
      Files.createDirectories(directory);
      for (String topic : topics) {
        files.put(
            topic,
            new BufferedOutputStream(Files.newOutputStream(directory.resolve(topic + ".jsonl"))));
      }
    }
    SinkTopics sinks = new SinkTopics(bootstrap, List.copyOf(topics), files, decisionLimit);
    Thread thread = new Thread(sinks.work, "sink-topics");
    thread.setDaemon(true);
    thread.start();
    return sinks;
  }

  /** Records seen so far in each topic, in the order in which the topics were given. */
  public Map<String, Long> rows() {
    Map<String, Long> ordered = new LinkedHashMap<>();
    topics.forEach(topic -> ordered.put(topic, rows.getOrDefault(topic, 0L)));
    return ordered;
  }

  /**
   * Reads what is left, closes the files and stops following.
   *
   * @param complete whether the job is done, so that every record must be decided soon; of a
   *     cancelled job, a transaction may stay open and is left out
   * @throws IOException where records can't be read or written, or stay undecided; the message says
   *     in which partitions
   */
  public void finish(boolean complete) throws IOException, InterruptedException {
    end(complete ? Phase.ENDING_COMPLETE : Phase.ENDING_AS_IT_IS);
    IOException problem = failure;
    if (problem != null) {
      throw problem;
    }
  }

  /** Stops following; what is not read yet stays unread. */
  @Override
  public void close() throws IOException {
    try {
      end(Phase.ABANDONED);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (OutputStream file : files.values()) {
      file.close();
    }
  }

  private void end(Phase end) throws InterruptedException {
    phase = end;
    try {
      work.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("following the sink topics failed", e.getCause());
    }
  }

  private void read() {
    try (TopicAdmin admin = new TopicAdmin(bootstrap);
        KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      while (phase == Phase.FOLLOWING) {
        assign(admin, consumer);
        copy(consumer);
      }
      if (phase != Phase.ABANDONED) {
        assign(admin, consumer);
        copyUntil(ends(admin, consumer.assignment()), consumer);
      }
    } catch (IOException e) {
      failure = e;
    } catch (KafkaException e) {
      failure = new IOException("reading the sink topics failed: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = new IOException("interrupted while reading the sink topics", e);
    }
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            IsolationLevel.READ_COMMITTED.toString(),
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "earliest",
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
            false),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  /** Adds the partitions of topics that exist by now. */
  private void assign(TopicAdmin admin, KafkaConsumer<byte[], byte[]> consumer)
      throws IOException, InterruptedException {
    Set<String> missing = new HashSet<>(topics);
    consumer.assignment().forEach(partition -> missing.remove(partition.topic()));
    if (missing.isEmpty()) {
      return;
    }
    Set<TopicPartition> found = admin.partitions(missing);
    if (!found.isEmpty()) {
      Set<TopicPartition> all = new HashSet<>(consumer.assignment());
      all.addAll(found);
      consumer.assign(all);
    } else if (consumer.assignment().isEmpty()) {
      Thread.sleep(POLL.toMillis());
    }
  }

  private void copy(KafkaConsumer<byte[], byte[]> consumer) throws IOException {
    if (consumer.assignment().isEmpty()) {
      return;
    }
    Set<OutputStream> written = new HashSet<>();
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      rows.merge(record.topic(), 1L, Long::sum);
      OutputStream file = files.get(record.topic());
      if (file != null) {
        file.write(line(record));
        file.write('\n');
        written.add(file);
      }
    }
    for (OutputStream file : written) {
      file.flush();
    }
  }

  private void copyUntil(Map<TopicPartition, Long> ends, KafkaConsumer<byte[], byte[]> consumer)
      throws IOException {
    while (phase != Phase.ABANDONED
        && ends.entrySet().stream()
            .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      copy(consumer);
    }
  }

  /** Up to where to read. A done job's commits may need a moment until the broker has them all. */
  private Map<TopicPartition, Long> ends(TopicAdmin admin, Collection<TopicPartition> partitions)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + decisionLimit.toNanos();
    while (true) {
      Map<TopicPartition, Long> stable = admin.stableEnds(partitions);
      if (phase != Phase.ENDING_COMPLETE) {
        return stable;
      }
      Map<TopicPartition, Long> ends = admin.ends(partitions);
      if (stable.equals(ends)) {
        return ends;
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "transactions are still open "
                + decisionLimit.toSeconds()
                + " s after the job ended: "
                + undecided(stable, ends));
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private static String undecided(
      Map<TopicPartition, Long> stable, Map<TopicPartition, Long> ends) {
    List<String> partitions = new ArrayList<>();
    ends.forEach(
        (partition, end) -> {
          Long from = stable.get(partition);
          if (!end.equals(from)) {
            partitions.add(partition + " from offset " + from + " to " + end);
          }
        });
    Collections.sort(partitions);
    return String.join(", ", partitions);
  }

  private static byte[] line(ConsumerRecord<byte[], byte[]> record) {
    return record.value() == null ? tombstone(record.key()) : record.value();
  }

  private static byte[] tombstone(byte @Nullable [] key) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("key", key == null ? null : new String(key, StandardCharsets.UTF_8))
        .put("tombstone", true)
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }
}
