package io.millrace.connector.kafka;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.kafka.common.TopicPartition;

/**
 * Writes prepared transactions into checkpoints. Version 1 is what the connector writes by itself;
 * version 2 begins with the same bytes, so that a job can change its guarantee with a savepoint.
 */
final class PreparedTransactionSerializer
    implements SimpleVersionedSerializer<PreparedTransaction> {
  private static final int CONNECTORS_OWN = 1;
  private static final int VERSION = 2;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(PreparedTransaction transaction) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(transaction.kafka().getEpoch());
    out.writeLong(transaction.kafka().getProducerId());
    out.writeUTF(transaction.kafka().getTransactionalId());
    out.writeLong(transaction.rows());
    out.writeLong(transaction.preparedAtMillis());
    List<Map.Entry<TopicPartition, Long>> offsets = GroupPosition.sorted(transaction.inputFrom());
    out.writeInt(offsets.size());
    for (Map.Entry<TopicPartition, Long> offset : offsets) {
      out.writeUTF(offset.getKey().topic());
      out.writeInt(offset.getKey().partition());
      out.writeLong(offset.getValue());
    }
    return bytes.toByteArray();
  }

  @Override
  public PreparedTransaction deserialize(int version, byte[] bytes) throws IOException {
    if (version != CONNECTORS_OWN && version != VERSION) {
      throw new IOException(
          String.format(
              "the state holds transactions in version %d, and this release reads up to %d; start"
                  + " the release that wrote it, or a newer one",
              version, VERSION));
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    short epoch = in.readShort();
    long producerId = in.readLong();
    KafkaCommittable kafka = new KafkaCommittable(producerId, epoch, in.readUTF(), null);
    if (version == CONNECTORS_OWN) {
      long unknown = PreparedTransaction.UNKNOWN;
      return new PreparedTransaction(kafka, unknown, unknown, Map.of());
    }
    long rows = in.readLong();
    long preparedAtMillis = in.readLong();
    Map<TopicPartition, Long> inputFrom = new HashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      inputFrom.put(new TopicPartition(in.readUTF(), in.readInt()), in.readLong());
    }
    return new PreparedTransaction(kafka, rows, preparedAtMillis, inputFrom);
  }
}
