package io.millrace.connector.kafka;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a source starts without a savepoint.
 *
 * <p>It differs from the connector's own choices in two ways that would lose records silently. An
 * offset that retention has deleted fails the job, instead of being replaced by another one. And
 * {@code latest} is a fixed offset from the start on, so that a job that fails before its first
 * record does not skip what came meanwhile.
 *
 * @param from what the offsets are derived from
 * @param timestamp milliseconds since the epoch; 0 where {@code from} needs none
 */
record StartingOffsets(From from, long timestamp) implements OffsetsInitializer {
  static final StartingOffsets EARLIEST = new StartingOffsets(From.EARLIEST, 0);
  static final StartingOffsets GROUP = new StartingOffsets(From.GROUP, 0);
  static final StartingOffsets LATEST = new StartingOffsets(From.LATEST, 0);

  /** What the offsets are derived from. */
  enum From {
    /** The oldest record. */
    EARLIEST,
    /** Where the consumer group stands, or the oldest record where it has not been. */
    GROUP,
    /** The end. */
    LATEST,
    /** The first record whose Kafka timestamp is not before a time, or the end. */
    TIMESTAMP
  }

  static StartingOffsets timestamp(long timestamp) {
    return new StartingOffsets(From.TIMESTAMP, timestamp);
  }

  @Override
  public Map<TopicPartition, Long> getPartitionOffsets(
      Collection<TopicPartition> partitions, PartitionOffsetsRetriever retriever) {
    return switch (from) {
      case EARLIEST -> OffsetsInitializer.earliest().getPartitionOffsets(partitions, retriever);
      case GROUP -> group(partitions, retriever);
      case LATEST -> retriever.endOffsets(partitions);
      case TIMESTAMP ->
          OffsetsInitializer.timestamp(timestamp).getPartitionOffsets(partitions, retriever);
    };
  }

  @Override
  @SuppressWarnings("deprecation") // The connector takes no other type.
  public OffsetResetStrategy getAutoOffsetResetStrategy() {
    return OffsetResetStrategy.NONE;
  }

  private static Map<TopicPartition, Long> group(
      Collection<TopicPartition> partitions, PartitionOffsetsRetriever retriever) {
    Map<TopicPartition, Long> offsets = new HashMap<>(retriever.committedOffsets(partitions));
    List<TopicPartition> others =
        partitions.stream().filter(partition -> !offsets.containsKey(partition)).toList();
    offsets.putAll(OffsetsInitializer.earliest().getPartitionOffsets(others, retriever));
    return offsets;
  }
}
