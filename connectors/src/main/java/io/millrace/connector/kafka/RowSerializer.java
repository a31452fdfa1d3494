package io.millrace.connector.kafka;

import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Addresses encoded rows to one topic. The record's timestamp is left to the broker: retention
 * counts from it, and rows about last year must not expire on arrival.
 */
record RowSerializer(String topic) implements KafkaRecordSerializationSchema<KafkaRow> {
  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      KafkaRow row, KafkaSinkContext context, @Nullable Long timestamp) {
    return new ProducerRecord<>(topic, null, null, row.key(), row.value());
  }
}
