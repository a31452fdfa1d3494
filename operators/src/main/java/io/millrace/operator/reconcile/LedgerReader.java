package io.millrace.operator.reconcile;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.jspecify.annotations.Nullable;

/** Reads what {@link LedgerWriter} writes. Not safe for use by several threads. */
final class LedgerReader {
  private static final int SEVEN_BITS = 7;
  private static final int LOW_BITS = 0x7f;

  private final UsualTexts usual = new UsualTexts();
  private final @Nullable String[] texts = new String[LedgerWriter.MOST_TEXTS];
  private final TypeSerializer<Notice> notices =
      TypeInformation.of(Notice.class).createSerializer(new SerializerConfigImpl());
  private int count;
  private int version;
  private long time;

  /** One value of a list. */
  private interface Item<T> {
    T read(DataInputView in) throws IOException;
  }

  /** A value of its own begins, in a version of the form. */
  void begin(int ofForm) {
    count = 0;
    version = ofForm;
    time = 0;
  }

  Book book(DataInputView in) throws IOException {
    return new Book(
        list(this::held, in),
        list(this::match, in),
        list(this::broken, in),
        list(this::waiting, in),
        time(in));
  }

  Identity identity(DataInputView in) throws IOException {
    return new Identity(
        in.readLong(), list(DataInputView::readLong, in), list(this::resolution, in), time(in));
  }

  Claim claim(DataInputView in) throws IOException {
    return new Claim(
        text(in),
        in.readBoolean() ? entry(in) : null,
        in.readLong(),
        in.readBoolean() ? resolution(in) : null);
  }

  Routed routed(DataInputView in) throws IOException {
    return new Routed(
        in.readLong(),
        in.readBoolean() ? waiting(in) : null,
        in.readBoolean() ? notices.deserialize(in) : null);
  }

  ReconciledMatch reconciled(DataInputView in) throws IOException {
    return new ReconciledMatch(match(in), list(this::entry, in));
  }

  private Held held(DataInputView in) throws IOException {
    return new Held(entry(in), text(in), list(this::side, in));
  }

  LedgerEntry entry(DataInputView in) throws IOException {
    return new LedgerEntry(
        text(in), text(in), text(in), time(in), number(in), number(in), text(in), text(in));
  }

  private Side side(DataInputView in) throws IOException {
    return new Side(
        text(in), text(in), text(in), time(in), LedgerWriter.STATUSES.get(in.readByte()), text(in));
  }

  PairMatch match(DataInputView in) throws IOException {
    return new PairMatch(
        text(in),
        text(in),
        LedgerWriter.STAGES.get(in.readByte()),
        list(this::text, in),
        number(in),
        text(in),
        time(in),
        number(in),
        in.readBoolean());
  }

  private PairBreak broken(DataInputView in) throws IOException {
    return new PairBreak(
        text(in),
        text(in),
        LedgerWriter.TYPES.get(in.readByte()),
        text(in),
        text(in),
        list(this::text, in),
        number(in),
        text(in),
        time(in),
        LedgerWriter.STATES.get(in.readByte()),
        list(this::step, in),
        LedgerWriter.AGES.get(in.readByte()));
  }

  private PairBreak.Step step(DataInputView in) throws IOException {
    return new PairBreak.Step(time(in), text(in), text(in), text(in), number(in));
  }

  Waiting waiting(DataInputView in) throws IOException {
    return new Waiting(
        time(in),
        text(in),
        in.readBoolean() ? entry(in) : null,
        text(in),
        in.readBoolean() ? resolution(in) : null,
        in.readBoolean() ? side(in) : null);
  }

  Resolution resolution(DataInputView in) throws IOException {
    return new Resolution(
        text(in),
        time(in),
        LedgerWriter.ACTIONS.get(in.readByte()),
        list(this::text, in),
        text(in),
        text(in),
        text(in));
  }

  private static <T> List<T> list(Item<T> item, DataInputView in) throws IOException {
    int size = size(in);
    if (size == 0) {
      return List.of();
    }
    List<T> list = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      list.add(item.read(in));
    }
    return list;
  }

  String text(DataInputView in) throws IOException {
    int place = size(in);
    if (place == LedgerWriter.NEW_ID) {
      HexFormat hex = HexFormat.of();
      return remembered(hex.toHexDigits(in.readLong()) + hex.toHexDigits(in.readLong()));
    }
    if (place != LedgerWriter.NEW_TEXT) {
      String known = place <= count ? texts[place - 1] : null;
      if (known == null) {
        throw new IOException("no text at place " + place + " of " + count);
      }
      return known;
    }
    return remembered(usual.read(size(in), in));
  }

  private String remembered(String text) {
    if (count < texts.length) {
      texts[count++] = text;
    }
    return text;
  }

  private long time(DataInputView in) throws IOException {
    time = version == LedgerSerializer.FIRST_VERSION ? in.readLong() : time + number(in);
    return time;
  }

  static int size(DataInputView in) throws IOException {
    return (int) bits(in);
  }

  private static long number(DataInputView in) throws IOException {
    long bits = bits(in);
    return (bits >>> 1) ^ -(bits & 1);
  }

  private static long bits(DataInputView in) throws IOException {
    long bits = 0;
    for (int shift = 0; ; shift += SEVEN_BITS) {
      int next = in.readByte();
      bits |= (long) (next & LOW_BITS) << shift;
      if (next >= 0) {
        return bits;
      }
      if (shift > Long.SIZE - SEVEN_BITS) {
        throw new IOException("a number of more than 64 bits");
      }
    }
  }
}
