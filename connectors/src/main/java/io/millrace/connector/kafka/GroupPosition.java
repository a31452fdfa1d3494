package io.millrace.connector.kafka;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a consumer group stands: the offsets it has committed, asked for in the background. */
final class GroupPosition implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupPosition.class);

  private final Admin admin;
  private final String group;

  private volatile Map<TopicPartition, Long> known = Map.of();
  private volatile boolean closed;
  private KafkaFuture<?> answer = KafkaFuture.completedFuture(null);

  GroupPosition(Properties admin, String group) {
    this.admin = Admin.create(admin);
    this.group = group;
  }

  /** Asks again, unless an answer is still awaited. Returns at once. */
  void refresh() {
    if (!answer.isDone()) {
      return;
    }
    answer =
        admin
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata()
            .whenComplete(
                (offsets, failure) -> {
                  if (failure == null) {
                    known = plain(offsets);
                  } else if (!closed) {
                    // An older position is still a lower bound.
                    LOG.warn("Where consumer group {} stands can't be read", group, failure);
                  }
                });
  }

  /** The latest answer; empty before the first. */
  Map<TopicPartition, Long> known() {
    return known;
  }

  @Override
  public void close() {
    closed = true;
    // Without patience for an answer that nobody needs any more.
    admin.close(Duration.ZERO);
  }

  /** Asks and waits. */
  static Map<TopicPartition, Long> of(Admin admin, String group)
      throws ExecutionException, InterruptedException {
    return plain(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get());
  }

  /** Offsets in the order of their topics and partitions. */
  static List<Map.Entry<TopicPartition, Long>> sorted(Map<TopicPartition, Long> offsets) {
    Comparator<TopicPartition> order =
        Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);
    return offsets.entrySet().stream().sorted(Map.Entry.comparingByKey(order)).toList();
  }

  /** Offsets as text, such as {@code web.requests-0:17 web.requests-1:20}. */
  static String text(Map<TopicPartition, Long> offsets) {
    return sorted(offsets).stream()
        .map(offset -> offset.getKey() + ":" + offset.getValue())
        .collect(Collectors.joining(" "));
  }

  private static Map<TopicPartition, Long> plain(Map<TopicPartition, OffsetAndMetadata> offsets) {
    Map<TopicPartition, Long> plain = new HashMap<>();
    offsets.forEach(
        (partition, offset) -> {
          // Null where the group has no offset for the partition.
          if (offset != null) {
            plain.put(partition, offset.offset());
          }
        });
    return Map.copyOf(plain);
  }
}
