package io.millrace.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class LedgerSerializerTest {
  private static final LedgerEntry ENTRY =
      new LedgerEntry("e-1", "bank", "REF-Ö", -1, -20_000, Long.MIN_VALUE, "EUR", "");
  private static final Resolution RESOLUTION =
      new Resolution(
          "r-1", 7, Resolution.Action.WRITE_OFF, List.of("e-1", "e-2"), "", "kim", "日本 🎵");
  private static final Side SIDE =
      new Side("rule", "bank", "orders", Long.MAX_VALUE, Side.Status.BROKEN, "b-1");

  private static <T> byte[] written(TypeSerializer<T> serializer, T value) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    serializer.serialize(value, out);
    return out.getCopyOfBuffer();
  }

  private static <T> void assertComesBack(Class<T> type, T value) throws Exception {
    TypeSerializer<T> serializer =
        TypeInformation.of(type).createSerializer(new SerializerConfigImpl());
    TypeSerializer<T> submitted = InstantiationUtil.clone(serializer);
    byte[] bytes = written(serializer, value);

    assertThat(submitted.deserialize(new DataInputDeserializer(bytes))).isEqualTo(value);
    DataOutputSerializer copy = new DataOutputSerializer(16);
    serializer.duplicate().copy(new DataInputDeserializer(bytes), copy);
    assertThat(copy.getCopyOfBuffer()).isEqualTo(bytes);
    assertThat(submitted).isEqualTo(serializer);
  }

  private static Book book(int entries) {
    List<Held> held = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < entries; i++) {
      LedgerEntry entry =
          new LedgerEntry("entry-" + i, "ledger-" + i % 3, "REF", i, 1, -i, "EUR", "party-" + i);
      held.add(
          new Held(entry, i % 2 == 0 ? "" : "entry-0", i % 3 == 0 ? List.of() : List.of(SIDE)));
      ids.add(entry.entryId());
    }
    PairMatch match =
        new PairMatch("m-1", "rule", StageKind.MANUAL, ids, -3, "EUR", 9, 1L << 40, true);
    PairBreak broken =
        new PairBreak(
            "b-1",
            "rule",
            BreakType.LATE_MATCH,
            "bank",
            "orders",
            ids,
            Long.MAX_VALUE,
            "EUR",
            5,
            PairBreak.State.RESOLVED,
            List.of(
                new PairBreak.Step(5, "opened", "", "", 0),
                new PairBreak.Step(6, "write-off", "kim", "note", 1)),
            Age.WEEK);
    Waiting waiting = new Waiting(3, "e-1", ENTRY, "e-0", null, SIDE);
    return new Book(
        held, List.of(match), List.of(broken), List.of(waiting, Waiting.of(RESOLUTION)), 77);
  }

  @Test
  void book_ofFewAndOfManyTexts_comesBack() throws Exception {
    assertComesBack(Book.class, new Book(List.of(), List.of(), List.of(), List.of(), -1));
    assertComesBack(Book.class, book(2));
    assertComesBack(Book.class, book(LedgerWriter.MOST_TEXTS));
    assertComesBack(Book.class, book(1_000));
  }

  @Test
  void identity_withAndWithoutDecisions_comesBack() throws Exception {
    assertComesBack(Identity.class, new Identity(-5, List.of(1L, Long.MIN_VALUE), List.of(), 3));
    assertComesBack(Identity.class, new Identity(0, List.of(), List.of(RESOLUTION), -1));
  }

  @Test
  void whatIsOnItsWay_ofEachKind_comesBack() throws Exception {
    assertComesBack(Claim.class, new Claim("e-1", ENTRY, 8, null));
    assertComesBack(Claim.class, new Claim("", null, 0, RESOLUTION));
    assertComesBack(
        ReconciledMatch.class,
        new ReconciledMatch(book(2).matches().get(0), List.of(ENTRY, ENTRY)));
    assertComesBack(Routed.class, new Routed(1, Waiting.of(ENTRY, "e-1"), null));
    assertComesBack(Routed.class, new Routed(2, null, Notice.rate("EUR", "USD", 5, 1.25)));
  }

  @Test
  void textThatRepeats_isWrittenOnce() throws Exception {
    BookSerializer serializer = new BookSerializer();
    Held held = new Held(ENTRY, "", List.of(SIDE));

    int one =
        written(serializer, new Book(List.of(held), List.of(), List.of(), List.of(), 0)).length;
    int two =
        written(serializer, new Book(List.of(held, held), List.of(), List.of(), List.of(), 0))
            .length;

    // Two times as far apart as can be, numbers of 3 and 10 bytes, and ten places of texts.
    assertThat(two - one).isEqualTo(10 + 3 + 10 + 5 + 1 + 1 + 3 + 10 + 1 + 1);
  }

  @Test
  void otherVersion_isRefused() throws Exception {
    byte[] bytes = written(new IdentitySerializer(), new Identity(0, List.of(), List.of(), 0));
    bytes[0] = 3;

    assertThatThrownBy(() -> new IdentitySerializer().deserialize(new DataInputDeserializer(bytes)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 3");
  }

  @Test
  void idOfAHash_takesHalfOfItsDigits() throws Exception {
    String id = "0123456789abcdef00000000ffffffff";
    Held held = new Held(ENTRY, id, List.of(SIDE));
    Book book = new Book(List.of(held), List.of(), List.of(), List.of(), 0);
    Book other =
        new Book(
            List.of(new Held(ENTRY, id.toUpperCase(Locale.ROOT), List.of(SIDE))),
            List.of(),
            List.of(),
            List.of(),
            0);

    assertComesBack(Book.class, book);
    assertComesBack(Book.class, other);
    assertThat(written(new BookSerializer(), other).length)
        .isEqualTo(written(new BookSerializer(), book).length + 17);
  }

  @Test
  void firstVersion_isStillRead() throws Exception {
    DataOutputSerializer out = new DataOutputSerializer(16);
    out.writeByte(1);
    out.writeByte(1);
    writeText(out, "e-1");
    writeText(out, "bank");
    writeText(out, "REF");
    out.writeLong(1_000);
    // A day of 2 and an amount of -3.
    out.write(new byte[] {4, 5});
    writeText(out, "EUR");
    writeText(out, "");
    // The empty text is the fifth, and there is one side.
    out.write(new byte[] {5, 1});
    writeText(out, "rule");
    out.writeByte(2);
    writeText(out, "orders");
    out.writeLong(301_000);
    out.writeByte(2);
    writeText(out, "0123456789abcdef0123456789abcdef");
    // No match, no break, nothing that waits.
    out.write(new byte[3]);
    out.writeLong(901_000);

    LedgerEntry entry = new LedgerEntry("e-1", "bank", "REF", 1_000, 2, -3, "EUR", "");
    Side side =
        new Side(
            "rule",
            "bank",
            "orders",
            301_000,
            Side.Status.MATCHED,
            "0123456789abcdef0123456789abcdef");
    Held held = new Held(entry, "", List.of(side));
    assertThat(new BookSerializer().deserialize(new DataInputDeserializer(out.getCopyOfBuffer())))
        .isEqualTo(new Book(List.of(held), List.of(), List.of(), List.of(), 901_000));
  }

  private static void writeText(DataOutputSerializer out, String text) throws IOException {
    out.writeByte(0);
    out.writeByte(text.length());
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }
}
