package io.millrace.operator.reconcile;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Serializes what is known of an id: state. */
public final class IdentitySerializer extends LedgerSerializer<Identity> {
  private static final long serialVersionUID = 1L;

  /** One for one thread. */
  public IdentitySerializer() {
    super(Identity.class);
  }

  /** Remembers nothing but the class. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Identity> {
    /** For Flink. */
    public Snapshot() {
      super(IdentitySerializer::new);
    }
  }

  @Override
  void write(Identity value, LedgerWriter to, DataOutputView out) throws IOException {
    to.write(value, out);
  }

  @Override
  Identity read(LedgerReader from, DataInputView in) throws IOException {
    return from.identity(in);
  }

  @Override
  public Identity createInstance() {
    return new Identity(0, List.of(), List.of(), Long.MIN_VALUE);
  }

  @Override
  public TypeSerializer<Identity> duplicate() {
    return new IdentitySerializer();
  }

  @Override
  public TypeSerializerSnapshot<Identity> snapshotConfiguration() {
    return new Snapshot();
  }
}
