package io.millrace.operator.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class StreamTypesTest {
  private static final long AT = 1_764_151_200_000L;
  private static final String LONG_TEXT = "Zoë-\u2603-".repeat(40);

  private static Position position(String id, @Nullable Double accuracy, @Nullable Double battery) {
    return new Position(id, AT, -0.0, 179.5, accuracy, null, 12.5, battery, "partition 3");
  }

  private static Grant grant() {
    return new Grant("g-1", "v-1", AT, Grant.NEVER, Fence.circle(45, 10, 500).reversed(), 100);
  }

  private static ViewerEvent news(@Nullable Spot spot) {
    return new ViewerEvent(LONG_TEXT, "", "g-1", AT, AT - 1, Grant.NEVER, spot);
  }

  /** Values come back equal, one after the other. */
  private static <T> void assertComesBack(TypeInformation<T> type, List<T> values)
      throws IOException {
    TypeSerializer<T> serializer = type.createSerializer(new SerializerConfigImpl());
    DataOutputSerializer out = new DataOutputSerializer(16);
    for (T value : values) {
      serializer.serialize(value, out);
    }
    TypeSerializer<T> other = serializer.duplicate();
    assertThat(other).isEqualTo(serializer);
    DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
    for (T value : values) {
      assertThat(other.deserialize(in)).isEqualTo(value);
    }
    assertThat(in.available()).isZero();
    TypeSerializer<T> restored = serializer.snapshotConfiguration().restoreSerializer();
    assertThat(restored).isEqualTo(serializer);
  }

  @Test
  void ownerEvents_ofEveryKind_comeBack() throws IOException {
    Place place = new Place("p-1", AT, "home", Fence.circle(1, 2, 3), 25, 0, false);
    Position position = position("u-1", 4.0, 0.0);

    assertComesBack(
        OwnerEvent.STREAM_TYPE,
        List.of(
            OwnerEvent.located(LONG_TEXT, position),
            OwnerEvent.located("", position("", null, null)),
            new OwnerEvent(
                OwnerEvent.Kind.POSITION, "o", AT + 1, "another id", null, null, position),
            OwnerEvent.granted("o", grant()),
            OwnerEvent.revoked("o", grant()),
            OwnerEvent.placed("o", place)));
  }

  @Test
  void viewerEvents_withAndWithoutSpot_comeBack() throws IOException {
    assertComesBack(
        ViewerEvent.STREAM_TYPE,
        List.of(news(null), news(new Spot(-0.0, 180, null)), news(new Spot(90, -180, 7.5))));
  }

  @Test
  void viewerInputs_newsAndQuestions_comeBack() throws IOException {
    assertComesBack(
        ViewerInput.STREAM_TYPE,
        List.of(
            ViewerInput.news(news(new Spot(1, 2, null))),
            ViewerInput.question(new NearbyRequest("r-1", LONG_TEXT, AT, 1, 2, 3)),
            ViewerInput.news(news(null))));
  }

  @Test
  void viewerInput_thatIsNeither_isRefused() {
    TypeSerializer<ViewerInput> serializer =
        ViewerInput.STREAM_TYPE.createSerializer(new SerializerConfigImpl());
    ViewerInput neither = new ViewerInput("v", AT, null, null);

    assertThatThrownBy(() -> serializer.serialize(neither, new DataOutputSerializer(16)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("neither news nor a question for v");
  }
}
