package io.millrace.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PreparedTransactionSerializerTest {
  private static final Path GOLDEN = Path.of("src/test/resources/state/prepared-transaction-2");

  private static final PreparedTransaction TRANSACTION =
      new PreparedTransaction(
          new KafkaCommittable(4711, (short) 3, "staging.job-web.requests-1-17", null),
          1234,
          1_769_851_800_000L,
          Map.of(
              new TopicPartition("web.requests", 10), 7L,
              new TopicPartition("web.requests", 2), 1L << 40,
              new TopicPartition("orders", 0), 0L));

  private final PreparedTransactionSerializer serializer = new PreparedTransactionSerializer();

  @Test
  void serialize_givesTheBytesOfTheGoldenFile() throws IOException {
    assertThat(serializer.getVersion()).isEqualTo(2);
    assertThat(serializer.serialize(TRANSACTION)).isEqualTo(Files.readAllBytes(GOLDEN));
  }

  @Test
  void deserialize_goldenFile_givesTheTransaction() throws IOException {
    assertThat(serializer.deserialize(2, Files.readAllBytes(GOLDEN))).isEqualTo(TRANSACTION);
  }

  @Test
  void deserialize_stateOfTheConnectorItself_knowsNoRows() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(3);
    out.writeLong(4711);
    out.writeUTF("staging.job-web.requests-1-17");

    PreparedTransaction transaction = serializer.deserialize(1, bytes.toByteArray());

    assertThat(transaction.kafka()).isEqualTo(TRANSACTION.kafka());
    assertThat(transaction.rows()).isEqualTo(PreparedTransaction.UNKNOWN);
    assertThat(transaction.inputFrom()).isEmpty();
    assertThat(serializer.serialize(TRANSACTION))
        .as("the connector can read what we write")
        .startsWith(bytes.toByteArray());
  }

  @Test
  void deserialize_versionOfALaterRelease_isRefused() {
    assertThatThrownBy(() -> serializer.deserialize(3, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 3")
        .hasMessageContaining("reads up to 2");
  }

  @Test
  void afterCheckpoint_isTheOneBeforeTheNumberOfTheId() {
    assertThat(TRANSACTION.afterCheckpoint()).isEqualTo(16);
  }
}
