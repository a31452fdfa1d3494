package io.millrace.operator.geo;

import io.millrace.operator.type.ValueSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Serializes what comes to viewers, on its way. */
public final class ViewerInputSerializer extends ValueSerializer<ViewerInput> {
  private static final long serialVersionUID = 1L;

  private final ViewerEventSerializer events = new ViewerEventSerializer();

  /** One for one thread. */
  public ViewerInputSerializer() {
    super(ViewerInput.class);
  }

  /** Remembers nothing but the class. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<ViewerInput> {
    /** For Flink. */
    public Snapshot() {
      super(ViewerInputSerializer::new);
    }
  }

  @Override
  public void serialize(ViewerInput input, DataOutputView out) throws IOException {
    ViewerEvent event = input.event();
    NearbyRequest request = input.request();
    out.writeBoolean(event != null);
    if (event != null) {
      events.serialize(event, out);
    } else if (request == null) {
      throw new IOException("neither news nor a question for " + input.viewerId());
    } else {
      writeText(request.requestId(), out);
      writeText(request.viewerId(), out);
      out.writeLong(request.at());
      out.writeDouble(request.latitude());
      out.writeDouble(request.longitude());
      out.writeDouble(request.radiusMeters());
    }
  }

  @Override
  public ViewerInput deserialize(DataInputView in) throws IOException {
    if (in.readBoolean()) {
      return ViewerInput.news(events.deserialize(in));
    }
    return ViewerInput.question(
        new NearbyRequest(
            readText(in),
            readText(in),
            in.readLong(),
            in.readDouble(),
            in.readDouble(),
            in.readDouble()));
  }

  @Override
  public ViewerInput createInstance() {
    return ViewerInput.news(events.createInstance());
  }

  @Override
  public TypeSerializer<ViewerInput> duplicate() {
    return new ViewerInputSerializer();
  }

  @Override
  public TypeSerializerSnapshot<ViewerInput> snapshotConfiguration() {
    return new Snapshot();
  }
}
