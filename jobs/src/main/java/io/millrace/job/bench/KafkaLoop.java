package io.millrace.job.bench;

import io.millrace.connector.kafka.KafkaRow;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows in transactions by hand, each as long as a checkpoint's: with one producer, which
 * commits at once and keeps nothing for the case of a failure.
 */
final class KafkaLoop extends AbstractStreamOperator<Long>
    implements OneInputStreamOperator<KafkaRow, Long>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  private final String bootstrap;
  private final String topic;

  private transient KafkaProducer<byte[], byte[]> producer;
  private transient AtomicReference<@Nullable Exception> failure;
  private transient boolean isOpen;
  private transient long rows;

  KafkaLoop(String bootstrap, String topic) {
    this.bootstrap = bootstrap;
    this.topic = topic;
  }

  @Override
  public void open() throws Exception {
    super.open();
    failure = new AtomicReference<>();
    Properties properties = new Properties();
    properties.setProperty("bootstrap.servers", bootstrap);
    properties.setProperty("transactional.id", topic + "-loop");
    properties.setProperty("transaction.timeout.ms", "900000");
    properties.setProperty("compression.type", "lz4");
    producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
  }

  @Override
  public void processElement(StreamRecord<KafkaRow> element) {
    if (!isOpen) {
      producer.beginTransaction();
      isOpen = true;
    }
    KafkaRow row = element.getValue();
    var unused =
        producer.send(new ProducerRecord<>(topic, null, row.key(), row.value()), this::sent);
    rows++;
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    commit();
  }

  @Override
  public void endInput() throws ExecutionException {
    commit();
    output.collect(new StreamRecord<>(rows));
  }

  @Override
  public void close() throws Exception {
    if (producer != null) {
      producer.close();
    }
    super.close();
  }

  private void commit() throws ExecutionException {
    if (isOpen) {
      producer.commitTransaction();
      isOpen = false;
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw new ExecutionException("a row could not be sent", failed);
    }
  }

  private void sent(@Nullable RecordMetadata metadata, @Nullable Exception problem) {
    if (problem != null) {
      failure.compareAndSet(null, problem);
    }
  }
}
