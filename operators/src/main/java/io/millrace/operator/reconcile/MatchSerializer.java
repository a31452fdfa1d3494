package io.millrace.operator.reconcile;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Serializes matches that were made or undone, on their way. */
public final class MatchSerializer extends LedgerSerializer<ReconciledMatch> {
  private static final long serialVersionUID = 1L;

  /** One for one thread. */
  public MatchSerializer() {
    super(ReconciledMatch.class);
  }

  /** Remembers nothing but the class. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<ReconciledMatch> {
    /** For Flink. */
    public Snapshot() {
      super(MatchSerializer::new);
    }
  }

  @Override
  void write(ReconciledMatch value, LedgerWriter to, DataOutputView out) throws IOException {
    to.write(value, out);
  }

  @Override
  ReconciledMatch read(LedgerReader from, DataInputView in) throws IOException {
    return from.reconciled(in);
  }

  @Override
  public ReconciledMatch createInstance() {
    return new ReconciledMatch(
        new PairMatch("", "", StageKind.EXACT, List.of(), 0, "", 0, 0, false), List.of());
  }

  @Override
  public TypeSerializer<ReconciledMatch> duplicate() {
    return new MatchSerializer();
  }

  @Override
  public TypeSerializerSnapshot<ReconciledMatch> snapshotConfiguration() {
    return new Snapshot();
  }
}
