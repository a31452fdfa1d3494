package io.millrace.operator.reconcile;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Serializes what is on its way to where entries are matched. Notices are few, and in the form that
 * Flink gives records.
 */
public final class RoutedSerializer extends LedgerSerializer<Routed> {
  private static final long serialVersionUID = 1L;

  /** One for one thread. */
  public RoutedSerializer() {
    super(Routed.class);
  }

  /** Remembers nothing but the class. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Routed> {
    /** For Flink. */
    public Snapshot() {
      super(RoutedSerializer::new);
    }
  }

  @Override
  void write(Routed value, LedgerWriter to, DataOutputView out) throws IOException {
    to.write(value, out);
  }

  @Override
  Routed read(LedgerReader from, DataInputView in) throws IOException {
    return from.routed(in);
  }

  @Override
  public Routed createInstance() {
    return new Routed(0, null, null);
  }

  @Override
  public TypeSerializer<Routed> duplicate() {
    return new RoutedSerializer();
  }

  @Override
  public TypeSerializerSnapshot<Routed> snapshotConfiguration() {
    return new Snapshot();
  }
}
