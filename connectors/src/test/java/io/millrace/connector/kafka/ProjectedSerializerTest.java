package io.millrace.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.codec.JsonProjection;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.web.RequestServed;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class ProjectedSerializerTest {
  @Test
  void sent_literalAndEscaped_arriveWithTheirFields() throws Exception {
    JsonProjection<RequestServed> projection =
        JsonProjection.of(RequestServed.class, List.of("path", "method", "client"));
    DataOutputSerializer out = new DataOutputSerializer(64);
    for (String path : List.of("/a", "\\u002Fa")) {
      byte[] json =
          ("{\"at\":5,\"client\":\"c\",\"path\":\"" + path + "\"}")
              .getBytes(StandardCharsets.UTF_8);
      ProjectedSerializer.INSTANCE.serialize(projection.read(json), out);
    }
    DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
    DataOutputSerializer again = new DataOutputSerializer(64);
    ProjectedSerializer.INSTANCE.copy(in, again);
    ProjectedSerializer.INSTANCE.copy(in, again);
    assertThat(in.available()).isZero();
    assertThat(again.getCopyOfBuffer()).isEqualTo(out.getCopyOfBuffer());
    DataInputDeserializer copied = new DataInputDeserializer(again.getCopyOfBuffer());
    for (boolean isLiteral : new boolean[] {true, false}) {
      Projected arrived = ProjectedSerializer.INSTANCE.deserialize(copied);
      assertThat(arrived.at()).isEqualTo(5);
      assertThat(arrived.string(0)).isEqualTo("/a");
      assertThat(arrived.has(1)).isFalse();
      assertThat(arrived.string(2)).isEqualTo("c");
      assertThat(arrived.text() == arrived.json()).isEqualTo(isLiteral);
    }
  }
}
