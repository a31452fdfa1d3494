package io.millrace.operator.ratelimit;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Stores keys: the group in 4 bytes, then the name as Flink stores strings. */
public final class LimitKeySerializer extends TypeSerializerSingleton<LimitKey> {
  static final LimitKeySerializer INSTANCE = new LimitKeySerializer();

  private static final long serialVersionUID = 1L;

  /** Remembers nothing but the class. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<LimitKey> {
    /** For Flink. */
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }

  private LimitKeySerializer() {}

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public LimitKey createInstance() {
    return LimitKey.ofGroup(0);
  }

  @Override
  public LimitKey copy(LimitKey from) {
    return from;
  }

  @Override
  public LimitKey copy(LimitKey from, LimitKey reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(LimitKey key, DataOutputView out) throws IOException {
    out.writeInt(key.group());
    StringValue.writeString(key.name(), out);
  }

  @Override
  public LimitKey deserialize(DataInputView in) throws IOException {
    return new LimitKey(in.readInt(), StringValue.readString(in));
  }

  @Override
  public LimitKey deserialize(LimitKey reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public void copy(DataInputView in, DataOutputView out) throws IOException {
    out.writeInt(in.readInt());
    StringValue.copyString(in, out);
  }

  @Override
  public TypeSerializerSnapshot<LimitKey> snapshotConfiguration() {
    return new Snapshot();
  }
}
