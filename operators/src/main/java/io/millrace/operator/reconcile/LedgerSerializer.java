package io.millrace.operator.reconcile;

import io.millrace.operator.type.ValueSerializer;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Serializes values that never change, by a {@link LedgerWriter}. The first byte is the version of
 * the form: one that has more fields is told from this by it.
 */
abstract class LedgerSerializer<T> extends ValueSerializer<T> {
  private static final long serialVersionUID = 1L;
  private static final int VERSION = 2;

  /** In which times were written in eight bytes each, and ids of hashes as any text. */
  static final int FIRST_VERSION = 1;

  // Not part of what a job is submitted with.
  private transient @Nullable LedgerWriter writer;
  private transient @Nullable LedgerReader reader;

  LedgerSerializer(Class<T> type) {
    super(type);
  }

  abstract void write(T value, LedgerWriter to, DataOutputView out) throws IOException;

  abstract T read(LedgerReader from, DataInputView in) throws IOException;

  @Override
  public final void serialize(T value, DataOutputView out) throws IOException {
    LedgerWriter to = writer;
    if (to == null) {
      to = new LedgerWriter();
      writer = to;
    }
    out.writeByte(VERSION);
    to.begin();
    write(value, to, out);
  }

  @Override
  public final T deserialize(DataInputView in) throws IOException {
    int version = in.readByte();
    if (version < FIRST_VERSION || version > VERSION) {
      throw new IOException(
          "a value of version "
              + version
              + " of its form; this version of the job knows "
              + VERSION);
    }
    LedgerReader from = reader;
    if (from == null) {
      from = new LedgerReader();
      reader = from;
    }
    from.begin(version);
    return read(from, in);
  }
}
