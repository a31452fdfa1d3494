package io.millrace.connector.kafka;

import io.millrace.connector.kafka.KafkaOptions.LostTransactions;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * The connector's exactly-once sink, in which no prepared transaction is lost unnoticed. Its
 * operators, uids and writer state are the connector's.
 *
 * @param kafka the connector's sink
 * @param uid uid of this sink in the job
 * @param topic the topic's deployed name
 * @param idPrefix what the transactional ids start with
 * @param group consumer group of the job's sources
 * @param lostTransactions what becomes of the job after a loss
 * @param adminProperties how to ask Kafka
 */
record TransactionalSink(
    KafkaSink<KafkaRow> kafka,
    String uid,
    String topic,
    String idPrefix,
    String group,
    LostTransactions lostTransactions,
    Properties adminProperties)
    implements Sink<KafkaRow>,
        SupportsWriterState<KafkaRow, KafkaWriterState>,
        SupportsCommitter<PreparedTransaction>,
        SupportsPostCommitTopology<PreparedTransaction> {
  @Override
  public TransactionWriter createWriter(WriterInitContext context) throws IOException {
    return restoreWriter(context, List.of());
  }

  @Override
  public TransactionWriter restoreWriter(
      WriterInitContext context, Collection<KafkaWriterState> state) throws IOException {
    GroupPosition input = new GroupPosition(adminProperties, group);
    try {
      return new TransactionWriter(kafka.restoreWriter(context, state), input);
    } catch (RuntimeException e) {
      input.close();
      throw e;
    }
  }

  @Override
  public Committer<PreparedTransaction> createCommitter(CommitterInitContext context)
      throws IOException {
    return new TransactionCommitter(
        kafka.createCommitter(context), this, context.metricGroup().counter("numLostTransactions"));
  }

  @Override
  public SimpleVersionedSerializer<KafkaWriterState> getWriterStateSerializer() {
    return kafka.getWriterStateSerializer();
  }

  @Override
  public SimpleVersionedSerializer<PreparedTransaction> getCommittableSerializer() {
    return new PreparedTransactionSerializer();
  }

  /** Keeps writer and committer together, as the connector asks for. */
  @Override
  @SuppressWarnings(
      "unchecked") // The connector looks at where the stream runs, never at what is in it.
  public void addPostCommitTopology(DataStream<CommittableMessage<PreparedTransaction>> committed) {
    kafka.addPostCommitTopology(
        (DataStream<CommittableMessage<KafkaCommittable>>) (DataStream<?>) committed);
  }
}
