package io.millrace.connector.kafka;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter;
import org.apache.flink.util.IOUtils;
import org.apache.kafka.common.TopicPartition;

/** The connector's writer, which also notes what each transaction holds. */
@SuppressWarnings("try") // What close() throws is for the connector to say.
final class TransactionWriter
    implements CommittingSinkWriter<KafkaRow, PreparedTransaction>,
        StatefulSinkWriter<KafkaRow, KafkaWriterState> {
  private final PrecommittingStatefulSinkWriter<KafkaRow, KafkaWriterState, KafkaCommittable> kafka;
  private final GroupPosition input;

  private long rows;

  TransactionWriter(
      PrecommittingStatefulSinkWriter<KafkaRow, KafkaWriterState, KafkaCommittable> kafka,
      GroupPosition input) {
    this.kafka = kafka;
    this.input = input;
    input.refresh();
  }

  @Override
  public void write(KafkaRow row, Context context) throws IOException, InterruptedException {
    kafka.write(row, context);
    rows++;
  }

  @Override
  public void flush(boolean endOfInput) throws IOException, InterruptedException {
    kafka.flush(endOfInput);
  }

  @Override
  public Collection<PreparedTransaction> prepareCommit() throws IOException, InterruptedException {
    long held = rows;
    rows = 0;
    // The checkpoint of this transaction is not complete before this returns. So whatever the group
    // had committed by now, it is not beyond the records that the transaction's rows come from.
    Map<TopicPartition, Long> inputFrom = input.known();
    long now = System.currentTimeMillis();
    return kafka.prepareCommit().stream()
        .map(transaction -> new PreparedTransaction(transaction, held, now, inputFrom))
        .toList();
  }

  @Override
  public List<KafkaWriterState> snapshotState(long checkpointId) throws IOException {
    input.refresh();
    return kafka.snapshotState(checkpointId);
  }

  @Override
  public void close() throws Exception {
    IOUtils.closeAll(kafka, input);
  }
}
