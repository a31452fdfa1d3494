package io.millrace.operator.reconcile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes what is known of entries, in the form that {@link LedgerReader} reads: fields one after
 * the other, whole numbers in as few bytes as they need, times as how far they are from the last,
 * and a text that came before as its place. Ledgers, references, rules and ids come again and again
 * in one value. Not safe for use by several threads.
 */
final class LedgerWriter {
  /** So many texts of a value are told by their places. */
  static final int MOST_TEXTS = 32;

  /** Precedes a text that is written out; places begin above. */
  static final int NEW_TEXT = 0;

  /** Precedes one of {@value #ID_DIGITS} hexadecimal digits, which is written as their 16 bytes. */
  static final int NEW_ID = MOST_TEXTS + 1;

  static final int ID_DIGITS = 32;

  // What is written of a constant is its place here: later ones come at the end.
  static final List<Side.Status> STATUSES =
      List.of(
          Side.Status.NEW,
          Side.Status.OPEN,
          Side.Status.MATCHED,
          Side.Status.BROKEN,
          Side.Status.MOVED);
  static final List<StageKind> STAGES =
      List.of(
          StageKind.EXACT,
          StageKind.TOLERANCE,
          StageKind.FEE,
          StageKind.FX,
          StageKind.GROUP_SUM,
          StageKind.SUGGEST,
          StageKind.MANUAL);
  static final List<BreakType> TYPES =
      List.of(
          BreakType.AMOUNT_OVER,
          BreakType.AMOUNT_UNDER,
          BreakType.CURRENCY,
          BreakType.MISSING_LEFT,
          BreakType.MISSING_RIGHT,
          BreakType.DUPLICATE,
          BreakType.LATE_MATCH);
  static final List<PairBreak.State> STATES =
      List.of(PairBreak.State.OPEN, PairBreak.State.CLEARED, PairBreak.State.RESOLVED);
  static final List<Resolution.Action> ACTIONS =
      List.of(
          Resolution.Action.MATCH,
          Resolution.Action.UNMATCH,
          Resolution.Action.ADJUST,
          Resolution.Action.WRITE_OFF,
          Resolution.Action.DISPUTE,
          Resolution.Action.REOPEN);
  static final List<Age> AGES = List.of(Age.NEW, Age.HOUR, Age.DAY, Age.THREE_DAYS, Age.WEEK);

  private static final int SEVEN_BITS = 7;
  private static final int LOW_BITS = 0x7f;
  private static final int MORE = 0x80;

  private final String[] texts = new String[MOST_TEXTS];
  private final TypeSerializer<Notice> notices =
      TypeInformation.of(Notice.class).createSerializer(new SerializerConfigImpl());
  private int count;

  /** The last time that was written. */
  private long time;

  /** A value of its own begins. */
  void begin() {
    count = 0;
    time = 0;
  }

  void write(Book book, DataOutputView out) throws IOException {
    writeSize(book.entries().size(), out);
    for (Held held : book.entries()) {
      write(held, out);
    }
    writeSize(book.matches().size(), out);
    for (PairMatch match : book.matches()) {
      write(match, out);
    }
    writeSize(book.breaks().size(), out);
    for (PairBreak broken : book.breaks()) {
      write(broken, out);
    }
    writeSize(book.waiting().size(), out);
    for (Waiting waiting : book.waiting()) {
      write(waiting, out);
    }
    writeTime(book.expiresAt(), out);
  }

  void write(Identity identity, DataOutputView out) throws IOException {
    out.writeLong(identity.route());
    writeSize(identity.bodies().size(), out);
    for (long body : identity.bodies()) {
      out.writeLong(body);
    }
    writeSize(identity.waiting().size(), out);
    for (Resolution resolution : identity.waiting()) {
      write(resolution, out);
    }
    writeTime(identity.expiresAt(), out);
  }

  void write(Claim claim, DataOutputView out) throws IOException {
    writeText(claim.entryId(), out);
    LedgerEntry entry = claim.entry();
    out.writeBoolean(entry != null);
    if (entry != null) {
      write(entry, out);
    }
    out.writeLong(claim.bodyHash());
    Resolution resolution = claim.resolution();
    out.writeBoolean(resolution != null);
    if (resolution != null) {
      write(resolution, out);
    }
  }

  void write(Routed routed, DataOutputView out) throws IOException {
    out.writeLong(routed.key());
    Waiting waiting = routed.waiting();
    out.writeBoolean(waiting != null);
    if (waiting != null) {
      write(waiting, out);
    }
    Notice notice = routed.notice();
    out.writeBoolean(notice != null);
    if (notice != null) {
      notices.serialize(notice, out);
    }
  }

  void write(ReconciledMatch reconciled, DataOutputView out) throws IOException {
    write(reconciled.match(), out);
    writeSize(reconciled.entries().size(), out);
    for (LedgerEntry entry : reconciled.entries()) {
      write(entry, out);
    }
  }

  private void write(Held held, DataOutputView out) throws IOException {
    write(held.entry(), out);
    writeText(held.repeats(), out);
    writeSize(held.sides().size(), out);
    for (Side side : held.sides()) {
      write(side, out);
    }
  }

  void write(LedgerEntry entry, DataOutputView out) throws IOException {
    writeText(entry.entryId(), out);
    writeText(entry.ledger(), out);
    writeText(entry.reference(), out);
    writeTime(entry.at(), out);
    writeNumber(entry.valueDay(), out);
    writeNumber(entry.amountMinor(), out);
    writeText(entry.currency(), out);
    writeText(entry.counterparty(), out);
  }

  private void write(Side side, DataOutputView out) throws IOException {
    writeText(side.ruleId(), out);
    writeText(side.left(), out);
    writeText(side.right(), out);
    writeTime(side.deadline(), out);
    out.writeByte(STATUSES.indexOf(side.status()));
    writeText(side.deal(), out);
  }

  void write(PairMatch match, DataOutputView out) throws IOException {
    writeText(match.matchId(), out);
    writeText(match.ruleId(), out);
    out.writeByte(STAGES.indexOf(match.stage()));
    writeTexts(match.entryIds(), out);
    writeNumber(match.varianceMinor(), out);
    writeText(match.currency(), out);
    writeTime(match.at(), out);
    writeNumber(match.revision(), out);
    out.writeBoolean(match.matched());
  }

  private void write(PairBreak broken, DataOutputView out) throws IOException {
    writeText(broken.breakId(), out);
    writeText(broken.ruleId(), out);
    out.writeByte(TYPES.indexOf(broken.type()));
    writeText(broken.left(), out);
    writeText(broken.right(), out);
    writeTexts(broken.entryIds(), out);
    writeNumber(broken.amountMinor(), out);
    writeText(broken.currency(), out);
    writeTime(broken.openedAt(), out);
    out.writeByte(STATES.indexOf(broken.state()));
    writeSize(broken.history().size(), out);
    for (PairBreak.Step step : broken.history()) {
      writeTime(step.at(), out);
      writeText(step.action(), out);
      writeText(step.user(), out);
      writeText(step.note(), out);
      writeNumber(step.revision(), out);
    }
    out.writeByte(AGES.indexOf(broken.age()));
  }

  void write(Waiting waiting, DataOutputView out) throws IOException {
    writeTime(waiting.at(), out);
    writeText(waiting.id(), out);
    LedgerEntry entry = waiting.entry();
    out.writeBoolean(entry != null);
    if (entry != null) {
      write(entry, out);
    }
    writeText(waiting.repeats(), out);
    Resolution resolution = waiting.resolution();
    out.writeBoolean(resolution != null);
    if (resolution != null) {
      write(resolution, out);
    }
    Side side = waiting.side();
    out.writeBoolean(side != null);
    if (side != null) {
      write(side, out);
    }
  }

  void write(Resolution resolution, DataOutputView out) throws IOException {
    writeText(resolution.resolutionId(), out);
    writeTime(resolution.at(), out);
    out.writeByte(ACTIONS.indexOf(resolution.action()));
    writeTexts(resolution.entryIds(), out);
    writeText(resolution.matchId(), out);
    writeText(resolution.user(), out);
    writeText(resolution.note(), out);
  }

  private void writeTexts(List<String> all, DataOutputView out) throws IOException {
    writeSize(all.size(), out);
    for (String text : all) {
      writeText(text, out);
    }
  }

  void writeText(String text, DataOutputView out) throws IOException {
    for (int i = 0; i < count; i++) {
      if (texts[i].equals(text)) {
        writeSize(i + 1, out);
        return;
      }
    }
    if (count < MOST_TEXTS) {
      texts[count++] = text;
    }
    if (isId(text)) {
      writeSize(NEW_ID, out);
      out.writeLong(HexFormat.fromHexDigitsToLong(text, 0, ID_DIGITS / 2));
      out.writeLong(HexFormat.fromHexDigitsToLong(text, ID_DIGITS / 2, ID_DIGITS));
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    writeSize(NEW_TEXT, out);
    writeSize(bytes.length, out);
    out.write(bytes);
  }

  private static boolean isId(String text) {
    if (text.length() != ID_DIGITS) {
      return false;
    }
    for (int i = 0; i < ID_DIGITS; i++) {
      char digit = text.charAt(i);
      if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** Times of one value are near each other, so each is told by how far it is from the last. */
  private void writeTime(long next, DataOutputView out) throws IOException {
    writeNumber(next - time, out);
    time = next;
  }

  static void writeSize(int size, DataOutputView out) throws IOException {
    writeBits(size, out);
  }

  /** Numbers near zero are short, whatever their sign. */
  private static void writeNumber(long number, DataOutputView out) throws IOException {
    writeBits((number << 1) ^ (number >> (Long.SIZE - 1)), out);
  }

  private static void writeBits(long bits, DataOutputView out) throws IOException {
    long left = bits;
    while ((left & ~LOW_BITS) != 0) {
      out.writeByte(((int) left & LOW_BITS) | MORE);
      left >>>= SEVEN_BITS;
    }
    out.writeByte((int) left);
  }
}
