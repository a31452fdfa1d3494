package io.millrace.operator.reconcile;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Serializes all that is known of a reference: state. */
public final class BookSerializer extends LedgerSerializer<Book> {
  private static final long serialVersionUID = 1L;

  /** One for one thread. */
  public BookSerializer() {
    super(Book.class);
  }

  /** Remembers nothing but the class. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Book> {
    /** For Flink. */
    public Snapshot() {
      super(BookSerializer::new);
    }
  }

  @Override
  void write(Book value, LedgerWriter to, DataOutputView out) throws IOException {
    to.write(value, out);
  }

  @Override
  Book read(LedgerReader from, DataInputView in) throws IOException {
    return from.book(in);
  }

  @Override
  public Book createInstance() {
    return new Book(List.of(), List.of(), List.of(), List.of(), Long.MIN_VALUE);
  }

  @Override
  public TypeSerializer<Book> duplicate() {
    return new BookSerializer();
  }

  @Override
  public TypeSerializerSnapshot<Book> snapshotConfiguration() {
    return new Snapshot();
  }
}
