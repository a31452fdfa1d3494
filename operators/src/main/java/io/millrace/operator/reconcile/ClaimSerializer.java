package io.millrace.operator.reconcile;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Serializes what is said of an id, on its way. */
public final class ClaimSerializer extends LedgerSerializer<Claim> {
  private static final long serialVersionUID = 1L;

  /** One for one thread. */
  public ClaimSerializer() {
    super(Claim.class);
  }

  /** Remembers nothing but the class. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Claim> {
    /** For Flink. */
    public Snapshot() {
      super(ClaimSerializer::new);
    }
  }

  @Override
  void write(Claim value, LedgerWriter to, DataOutputView out) throws IOException {
    to.write(value, out);
  }

  @Override
  Claim read(LedgerReader from, DataInputView in) throws IOException {
    return from.claim(in);
  }

  @Override
  public Claim createInstance() {
    return new Claim("", null, 0, null);
  }

  @Override
  public TypeSerializer<Claim> duplicate() {
    return new ClaimSerializer();
  }

  @Override
  public TypeSerializerSnapshot<Claim> snapshotConfiguration() {
    return new Snapshot();
  }
}
