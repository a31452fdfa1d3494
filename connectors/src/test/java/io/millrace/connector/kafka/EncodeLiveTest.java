package io.millrace.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.lane.LiveRow;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.operators.StreamMap;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // The harness declares that close may be interrupted.
class EncodeLiveTest {
  private static final LiveRow ROW = new LiveRow("path", "/a|b", 7, "5", 3, "{\"rank\":1}");

  private static KafkaRow encoded(LiveUpdate update, int maxRequestBytes) throws Exception {
    try (var harness =
        new OneInputStreamOperatorTestHarness<>(new StreamMap<>(new EncodeLive(maxRequestBytes)))) {
      harness.open();
      harness.processElement(new StreamRecord<>(update));
      return harness.extractOutputValues().get(0);
    }
  }

  @Test
  void map_row_hasKeyOfViewAndRowAndItsDataAsAnObject() throws Exception {
    KafkaRow row = encoded(new LiveUpdate("path", "/a|b", ROW), 1 << 20);
    assertThat(text(row.key())).isEqualTo("path|/a|b");
    assertThat(text(row.value()))
        .isEqualTo(
            "{\"view\":\"path\",\"row\":\"/a|b\",\"version\":7,\"snapshotId\":\"5\",\"at\":3,"
                + "\"data\":{\"rank\":1}}");
  }

  @Test
  void map_rowThatLeft_isATombstoneThatFlinkCanShip() throws Exception {
    KafkaRow row = encoded(new LiveUpdate("path", "/a", null), 1 << 20);
    assertThat(row.value()).isNull();
    TypeSerializer<KafkaRow> serializer =
        TypeInformation.of(KafkaRow.class).createSerializer(new SerializerConfigImpl());
    DataOutputSerializer bytes = new DataOutputSerializer(64);
    serializer.serialize(row, bytes);
    KafkaRow shipped = serializer.deserialize(new DataInputDeserializer(bytes.getCopyOfBuffer()));
    assertThat(text(shipped.key())).isEqualTo("path|/a");
    assertThat(shipped.value()).isNull();
  }

  @Test
  void map_rowTooLargeToSend_isATombstone() throws Exception {
    int value = JsonCodec.of(LiveRow.class).encode(ROW).length;
    int size = EncodeRow.OVERHEAD_BYTES + "path|/a|b".length() + value;
    assertThat(encoded(new LiveUpdate("path", "/a|b", ROW), size).value()).hasSize(value);
    assertThat(encoded(new LiveUpdate("path", "/a|b", ROW), size - 1).value()).isNull();
  }

  @Test
  void key_viewsWithBars_areNeverTheSame() {
    assertThat(LiveRow.key("a", "b|c")).isEqualTo("a|b|c");
    assertThat(LiveRow.key("a|b", "c")).isEqualTo("a%7Cb|c");
    assertThat(LiveRow.key("a%7Cb", "c")).isEqualTo("a%257Cb|c");
  }

  private static String text(byte @Nullable [] bytes) {
    return new String(requireNonNull(bytes), UTF_8);
  }
}
