package io.millrace.local.broker;

import io.millrace.schema.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;

/** Creates topics as the catalogue describes them, and tells how far they are filled. */
public final class TopicAdmin implements AutoCloseable {
  private static final Duration KNOWN_POLL = Duration.ofMillis(20);

  private final Admin admin;

  /** Connects to the broker at {@code bootstrap}. */
  public TopicAdmin(String bootstrap) {
    admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap));
  }

  /** Creates topics that do not exist yet, and waits until they can be written and read. */
  public void create(Collection<Topic<?>> topics) throws IOException, InterruptedException {
    Set<String> existing = answer(admin.listTopics().names(), "listing topics");
    List<NewTopic> created =
        topics.stream()
            .filter(topic -> !existing.contains(topic.name()))
            .map(TopicAdmin::described)
            .toList();
    answer(admin.createTopics(created).all(), "creating topics");
    List<String> names = topics.stream().map(Topic::name).toList();
    int expected = topics.stream().mapToInt(Topic::partitions).sum();
    Set<TopicPartition> partitions = partitions(names);
    // The controller knows of a topic a moment before the broker does.
    while (partitions.size() < expected) {
      Thread.sleep(KNOWN_POLL.toMillis());
      partitions = partitions(names);
    }
    ends(partitions);
  }

  /**
   * Gives a topic more partitions.
   *
   * @param partitions how many it has then
   */
  public void addPartitions(String topic, int partitions) throws IOException, InterruptedException {
    answer(
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions))).all(),
        "adding partitions to " + topic);
  }

  /** Deletes topics with all that is in them, and waits until Kafka no longer lists them. */
  public static void delete(String bootstrap, Collection<String> topics)
      throws IOException, InterruptedException {
    try (TopicAdmin kafka = new TopicAdmin(bootstrap)) {
      answer(kafka.admin.deleteTopics(topics).all(), "deleting topics");
      // They must not be asked for by name meanwhile: one that is gone by then is an error.
      while (!Collections.disjoint(answer(kafka.admin.listTopics().names(), "listing"), topics)) {
        Thread.sleep(KNOWN_POLL.toMillis());
      }
    }
  }

  /** The partitions of those of {@code topics} that exist. */
  public Set<TopicPartition> partitions(Collection<String> topics)
      throws IOException, InterruptedException {
    Set<String> existing = answer(admin.listTopics().names(), "listing topics");
    List<String> wanted = topics.stream().filter(existing::contains).toList();
    Map<String, TopicDescription> descriptions =
        answer(admin.describeTopics(wanted).allTopicNames(), "describing topics");
    return descriptions.values().stream()
        .flatMap(
            topic ->
                topic.partitions().stream()
                    .map(partition -> new TopicPartition(topic.name(), partition.partition())))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The offset after the last record of each partition, of transactions still open too. */
  public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions)
      throws IOException, InterruptedException {
    return latest(admin, partitions, IsolationLevel.READ_UNCOMMITTED);
  }

  /** The offset before which every transaction of the partition is decided. */
  public Map<TopicPartition, Long> stableEnds(Collection<TopicPartition> partitions)
      throws IOException, InterruptedException {
    return latest(admin, partitions, IsolationLevel.READ_COMMITTED);
  }

  /** How far a consumer group has read, of those partitions where it has said so. */
  public Map<TopicPartition, Long> committed(String group)
      throws IOException, InterruptedException {
    Map<TopicPartition, OffsetAndMetadata> offsets =
        answer(
            admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
            "asking for the offsets of group " + group);
    Map<TopicPartition, Long> committed = new HashMap<>();
    offsets.forEach(
        (partition, offset) -> {
          if (offset != null) {
            committed.put(partition, offset.offset());
          }
        });
    return committed;
  }

  @Override
  public void close() {
    admin.close();
  }

  static Map<TopicPartition, Long> latest(
      Admin admin, Collection<TopicPartition> partitions, IsolationLevel isolation)
      throws IOException, InterruptedException {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    partitions.forEach(partition -> request.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, ListOffsetsResultInfo> offsets =
        answer(
            admin.listOffsets(request, new ListOffsetsOptions(isolation)).all(),
            "asking for the ends of partitions");
    Map<TopicPartition, Long> ends = new HashMap<>();
    offsets.forEach((partition, offset) -> ends.put(partition, offset.offset()));
    return ends;
  }

  private static NewTopic described(Topic<?> topic) {
    return new NewTopic(topic.name(), Optional.of(topic.partitions()), Optional.empty())
        .configs(
            Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                topic.cleanup().name().toLowerCase(Locale.ROOT)));
  }

  static <T> T answer(KafkaFuture<T> future, String what) throws IOException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(what + " failed: " + cause.getMessage(), cause);
    }
  }
}
