package io.millrace.connector.kafka;

import org.jspecify.annotations.Nullable;

/**
 * A record as it goes to Kafka.
 *
 * @param key the key's bytes; null where the topic has no key
 * @param value the value's bytes; null for a tombstone
 */
@SuppressWarnings("ArrayRecordComponent") // A message: written, read and never compared.
public record KafkaRow(byte @Nullable [] key, byte @Nullable [] value) {}
