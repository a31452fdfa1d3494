package io.millrace.connector.kafka;

import io.millrace.schema.codec.Projected;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Sends projections from task to task: the record's bytes once, where its fields are slices of
 * them.
 */
public final class ProjectedSerializer extends TypeSerializerSingleton<Projected> {
  /** The one instance. */
  public static final ProjectedSerializer INSTANCE = new ProjectedSerializer();

  private static final long serialVersionUID = 1L;

  /** Remembers nothing but the class. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Projected> {
    /** For Flink. */
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }

  private ProjectedSerializer() {}

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public Projected createInstance() {
    byte[] none = {};
    return new Projected(0, none, none, new int[0]);
  }

  @Override
  public Projected copy(Projected from) {
    return from;
  }

  @Override
  public Projected copy(Projected from, Projected reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(Projected projected, DataOutputView out) throws IOException {
    byte[] json = projected.json();
    byte[] text = projected.text();
    out.writeLong(projected.at());
    out.writeInt(json.length);
    out.write(json);
    out.writeInt(text == json ? -1 : text.length);
    if (text != json) {
      out.write(text);
    }
    int[] spans = projected.spans();
    out.writeByte(spans.length);
    for (int span : spans) {
      out.writeInt(span);
    }
  }

  @Override
  public Projected deserialize(DataInputView in) throws IOException {
    long at = in.readLong();
    byte[] json = new byte[in.readInt()];
    in.readFully(json);
    int textLength = in.readInt();
    byte[] text = json;
    if (textLength >= 0) {
      text = new byte[textLength];
      in.readFully(text);
    }
    int[] spans = new int[in.readUnsignedByte()];
    for (int i = 0; i < spans.length; i++) {
      spans[i] = in.readInt();
    }
    return new Projected(at, json, text, spans);
  }

  @Override
  public Projected deserialize(Projected reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public void copy(DataInputView in, DataOutputView out) throws IOException {
    serialize(deserialize(in), out);
  }

  @Override
  public TypeSerializerSnapshot<Projected> snapshotConfiguration() {
    return new Snapshot();
  }
}
