package io.millrace.schema.codec;

/**
 * Finds the fields of records that are written as most are: in the order of the record type and
 * with no blanks around them. What it does {@link RecordShape#pass(JsonBytes, RecordShape.Sink)}
 * can do too, and any other record is left to that; but here all that changes from byte to byte is
 * in local variables, which takes 40 % off the time.
 */
final class PlainRecords {
  /** What a field may hold. */
  private enum Kind {
    TEXT,
    WHOLE,
    OTHER
  }

  private final JsonName[] names;
  private final ValueShape[] shapes;
  private final boolean[] required;
  private final Kind[] kinds;

  /** The least and the greatest integer; of a text the most characters. */
  private final long[] min;

  private final long[] max;

  /** Where the spans of each field are to go; negative for nowhere. */
  private final int[] slots;

  private final int timeIndex;
  private long time;

  /**
   * Finds fields of a type that is not {@link SelfChecking}.
   *
   * @param slots of each field at which pair of spans its place is to be kept; negative if nowhere
   * @param timeIndex which field is the event time
   */
  PlainRecords(RecordShape<?> shape, int[] slots, int timeIndex) {
    int count = shape.fields().size();
    names = shape.names();
    shapes = new ValueShape[count];
    required = new boolean[count];
    kinds = new Kind[count];
    min = new long[count];
    max = new long[count];
    this.slots = slots;
    this.timeIndex = timeIndex;
    for (int f = 0; f < count; f++) {
      RecordShape.Field field = shape.fields().get(f);
      shapes[f] = field.value();
      required[f] = field.required();
      if (field.value() instanceof ScalarShape.Text text) {
        hold(f, Kind.TEXT, 0, text.maxLength());
      } else if (field.value() instanceof ScalarShape.Whole whole) {
        hold(f, Kind.WHOLE, whole.min(), whole.max());
      } else if (field.value() instanceof ScalarShape.Whole32 whole) {
        hold(f, Kind.WHOLE, whole.min(), whole.max());
      } else if (field.value() instanceof ScalarShape.Time) {
        hold(f, Kind.WHOLE, Long.MIN_VALUE, Long.MAX_VALUE);
      } else {
        hold(f, Kind.OTHER, 0, 0);
      }
    }
  }

  private void hold(int field, Kind kind, long least, long greatest) {
    kinds[field] = kind;
    min[field] = least;
    max[field] = greatest;
  }

  /**
   * Finds the fields of one record.
   *
   * @param spans where each field with a slot begins and its length; what is absent is left alone
   * @param bytes is asked for what is not simple, and told of characters beyond ASCII
   * @return false where it is written in another way, or where only the parser can tell
   */
  boolean pass(byte[] json, int start, int[] spans, JsonBytes bytes) {
    int i = start;
    long bits = 0;
    char before = '{';
    bytes.forgetBits();
    for (int f = 0; f < names.length; f++) {
      JsonName name = names[f];
      if (i >= json.length || json[i] != before) {
        return false;
      }
      if (!name.withColonIsAt(json, i + 1)) {
        if (required[f]) {
          return false;
        }
        continue;
      }
      before = ',';
      i += 1 + name.lengthWithColon();
      long word = ByteCursor.word(json, i);
      if ((int) word == ByteCursor.NULL) {
        if (required[f]) {
          return false;
        }
        i += Integer.BYTES;
        continue;
      }
      int from = i;
      int to;
      if (kinds[f] == Kind.TEXT) {
        if ((byte) word != '"') {
          return false;
        }
        from = ++i;
        word = ByteCursor.word(json, i);
        bits |= word;
        long ends = ByteCursor.ends(word);
        while (ends == 0) {
          i += Long.BYTES;
          word = ByteCursor.word(json, i);
          bits |= word;
          ends = ByteCursor.ends(word);
        }
        to = i + ByteCursor.first(ends);
        // A text has no more characters than bytes.
        if (to == json.length || json[to] != '"' || to - from > max[f]) {
          return false;
        }
        i = to + 1;
      } else if (kinds[f] == Kind.WHOLE) {
        int digits = ByteCursor.digits(word);
        long value = ByteCursor.withDigits(0, word, digits);
        i += digits;
        while (digits == Long.BYTES) {
          word = ByteCursor.word(json, i);
          digits = ByteCursor.digits(word);
          value = ByteCursor.withDigits(value, word, digits);
          i += digits;
        }
        to = i;
        boolean simple =
            to > from && to - from <= JsonBytes.MAX_DIGITS && (to - from == 1 || json[from] != '0');
        if (!simple || value < min[f] || value > max[f]) {
          return false;
        }
        if (f == timeIndex) {
          time = value;
        }
      } else {
        bytes.moveTo(json, i);
        if (!shapes[f].pass(bytes) || (slots[f] >= 0 && !bytes.isLiteral())) {
          return false;
        }
        i = bytes.at;
        from = bytes.from();
        to = from + bytes.length();
      }
      int slot = slots[f];
      if (slot >= 0) {
        spans[2 * slot] = from;
        spans[2 * slot + 1] = to - from;
      }
    }
    bytes.sawBits(bits);
    return before == ',' && i == json.length - 1 && json[i] == '}';
  }

  /** The event time of the record that was passed last, in milliseconds since the epoch. */
  long time() {
    return time;
  }
}
