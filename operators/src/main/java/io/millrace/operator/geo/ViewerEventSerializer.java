package io.millrace.operator.geo;

import io.millrace.operator.type.ValueSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Serializes what viewers get to know, on its way. */
public final class ViewerEventSerializer extends ValueSerializer<ViewerEvent> {
  private static final long serialVersionUID = 1L;
  private static final int ENDED = 0;
  private static final int SPOT = 1;
  private static final int SPOT_WITH_ACCURACY = 2;

  /** One for one thread. */
  public ViewerEventSerializer() {
    super(ViewerEvent.class);
  }

  /** Remembers nothing but the class. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<ViewerEvent> {
    /** For Flink. */
    public Snapshot() {
      super(ViewerEventSerializer::new);
    }
  }

  @Override
  public void serialize(ViewerEvent event, DataOutputView out) throws IOException {
    writeText(event.viewerId(), out);
    writeText(event.ownerId(), out);
    writeText(event.grantId(), out);
    out.writeLong(event.toldAt());
    out.writeLong(event.at());
    out.writeLong(event.expiresAt());
    Spot spot = event.spot();
    if (spot == null) {
      out.writeByte(ENDED);
      return;
    }
    Double accuracy = spot.accuracyMeters();
    out.writeByte(accuracy == null ? SPOT : SPOT_WITH_ACCURACY);
    out.writeDouble(spot.latitude());
    out.writeDouble(spot.longitude());
    if (accuracy != null) {
      out.writeDouble(accuracy);
    }
  }

  @Override
  public ViewerEvent deserialize(DataInputView in) throws IOException {
    String viewerId = readText(in);
    String ownerId = readText(in);
    String grantId = readText(in);
    long toldAt = in.readLong();
    long at = in.readLong();
    long expiresAt = in.readLong();
    int kind = in.readByte();
    if (kind < ENDED || kind > SPOT_WITH_ACCURACY) {
      throw new IOException("news of kind " + kind + ", which there is not");
    }
    Spot spot =
        kind == ENDED
            ? null
            : new Spot(
                in.readDouble(),
                in.readDouble(),
                kind == SPOT_WITH_ACCURACY ? in.readDouble() : null);
    return new ViewerEvent(viewerId, ownerId, grantId, toldAt, at, expiresAt, spot);
  }

  @Override
  public ViewerEvent createInstance() {
    return new ViewerEvent("", "", "", 0, 0, 0, null);
  }

  @Override
  public TypeSerializer<ViewerEvent> duplicate() {
    return new ViewerEventSerializer();
  }

  @Override
  public TypeSerializerSnapshot<ViewerEvent> snapshotConfiguration() {
    return new Snapshot();
  }
}
