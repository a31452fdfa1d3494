package io.millrace.connector.kafka;

import java.util.Map;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.kafka.common.TopicPartition;

/**
 * A transaction that a checkpoint has prepared, with what tells its rows apart should they be lost.
 *
 * @param kafka what the connector needs to commit it
 * @param rows how many rows it holds; {@link #UNKNOWN} where it comes from state without the number
 * @param preparedAtMillis when it was prepared, in milliseconds since the epoch; or {@link
 *     #UNKNOWN}
 * @param inputFrom what the consumer group had committed before. The rows come from records at
 *     these offsets and later ones, unless the job had just been started at an older place, and had
 *     not committed anything itself. Empty where the group had none, or was not heard of in time
 */
record PreparedTransaction(
    KafkaCommittable kafka, long rows, long preparedAtMillis, Map<TopicPartition, Long> inputFrom) {
  static final long UNKNOWN = -1;

  PreparedTransaction {
    inputFrom = Map.copyOf(inputFrom);
  }

  /** The checkpoint after which it began; the next one that came through has prepared it. */
  long afterCheckpoint() {
    String id = kafka.getTransactionalId();
    return Long.parseLong(id.substring(id.lastIndexOf('-') + 1)) - 1;
  }
}
