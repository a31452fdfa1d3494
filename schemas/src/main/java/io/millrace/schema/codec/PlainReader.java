package io.millrace.schema.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of a plain record straight from its bytes. Plain is what nearly all records are:
 * one object of strings without escapes, integers, booleans and nulls, with nothing wrong in it.
 * Anything else is left to the parser, which alone refuses records and says why.
 *
 * <p><b>Source</b>: RFC 8259; the search for a byte in a word is that of Mycroft (1987).
 */
final class PlainReader {
  /** What to read a field as. */
  private enum Kind {
    TEXT,
    WHOLE,
    WHOLE_32,
    FLAG,
    /** What only the parser reads. */
    OTHER
  }

  /** A field of the record, as its bytes are told. */
  private static final class Target {
    /** Its name as it mostly stands in a record: quoted and with a colon behind it. */
    private final byte[] token;

    private final Kind kind;

    /** Of a text the most characters. */
    private final int limit;

    private final long min;
    private final long max;

    private Target(byte[] token, Kind kind, int limit, long min, long max) {
      this.token = token;
      this.kind = kind;
      this.limit = limit;
      this.min = min;
      this.max = max;
    }

    static Target of(RecordShape.Field field) {
      byte[] token = ("\"" + field.name() + "\":").getBytes(StandardCharsets.UTF_8);
      if (field.value() instanceof ValueShape.Text text) {
        return new Target(token, Kind.TEXT, text.maxLength(), 0, 0);
      } else if (field.value() instanceof ValueShape.Time) {
        return new Target(token, Kind.WHOLE, 0, Long.MIN_VALUE, Long.MAX_VALUE);
      } else if (field.value() instanceof ValueShape.Whole whole) {
        return new Target(token, Kind.WHOLE, 0, whole.min(), whole.max());
      } else if (field.value() instanceof ValueShape.Whole32 whole) {
        return new Target(token, Kind.WHOLE_32, 0, whole.min(), whole.max());
      } else if (field.value() instanceof ValueShape.Flag) {
        return new Target(token, Kind.FLAG, 0, 0, 0);
      }
      return new Target(token, Kind.OTHER, 0, 0, 0);
    }
  }

  /** Eight bytes of an array at once. */
  static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EACH_BYTE = 0x0101010101010101L;

  /** The highest bit of each of eight bytes. */
  static final long HIGH_BITS = 0x8080808080808080L;

  private static final int NULL = word("null");
  private static final int TRUE = word("true");
  private static final int ALSE = word("alse");

  /** The most digits that surely fit into a {@code long}. */
  private static final int MAX_DIGITS = 18;

  private static final int NOT_PLAIN = -1;

  private final List<RecordShape.Field> fields;
  private final Target[] targets;

  // Of the record that is being read: no allocation, no second return value.
  private byte[] json = {};
  private int at;

  PlainReader(List<RecordShape.Field> fields) {
    this.fields = fields;
    this.targets = fields.stream().map(Target::of).toArray(Target[]::new);
  }

  /**
   * Reads a record.
   *
   * @param json UTF-8
   * @param start where it begins, behind a byte order mark
   * @return the values of the fields, null for an absent one; null where the record is not plain
   */
  @Nullable Object @Nullable [] read(byte[] json, int start) {
    this.json = json;
    at = start;
    skipSpace();
    if (!take('{')) {
      return null;
    }
    @Nullable Object[] values = new Object[targets.length];
    long seen = 0;
    int next = 0;
    do {
      int index = field(next);
      if (index == NOT_PLAIN || (seen & (1L << index)) != 0) {
        return null;
      }
      seen |= 1L << index;
      next = index + 1;
      skipSpace();
      if (isWord(NULL)) {
        at += Integer.BYTES;
      } else {
        Object value = value(targets[index]);
        if (value == null) {
          return null;
        }
        values[index] = value;
      }
      skipSpace();
    } while (take(','));
    if (!take('}')) {
      return null;
    }
    skipSpace();
    if (at != json.length) {
      return null;
    }
    for (int i = 0; i < values.length; i++) {
      if (values[i] == null && fields.get(i).required()) {
        return null;
      }
    }
    return values;
  }

  /** Reads a name and the colon behind it. Most records have their fields in order. */
  private int field(int next) {
    skipSpace();
    for (int tried = 0, index = next; tried < targets.length; tried++, index++) {
      if (index >= targets.length) {
        index = 0;
      }
      byte[] token = targets[index].token;
      if (startsWith(token, token.length)) {
        at += token.length;
        return index;
      }
      if (startsWith(token, token.length - 1)) {
        at += token.length - 1;
        skipSpace();
        return take(':') ? index : NOT_PLAIN;
      }
    }
    return NOT_PLAIN;
  }

  private @Nullable Object value(Target target) {
    return switch (target.kind) {
      case TEXT -> text(target.limit);
      case WHOLE, WHOLE_32 -> whole(target);
      case FLAG -> flag();
      case OTHER -> null;
    };
  }

  private @Nullable String text(int limit) {
    if (!take('"')) {
      return null;
    }
    int from = at;
    int end = plainEnd(from);
    // A string has no more characters than bytes.
    if (end == json.length || json[end] != '"' || end - from > limit) {
      return null;
    }
    at = end + 1;
    return new String(json, from, end - from, StandardCharsets.UTF_8);
  }

  /** Where the first quote, backslash or control character is, or else the end. */
  private int plainEnd(int from) {
    int i = from;
    for (; i <= json.length - Long.BYTES; i += Long.BYTES) {
      long word = (long) LONGS.get(json, i);
      long ends =
          (zeroes(word ^ (EACH_BYTE * '"'))
                  | zeroes(word ^ (EACH_BYTE * '\\'))
                  | ((word - EACH_BYTE * ' ') & ~word))
              & HIGH_BITS;
      if (ends != 0) {
        return i + Long.numberOfTrailingZeros(ends) / Byte.SIZE;
      }
    }
    while (i < json.length && json[i] != '"' && json[i] != '\\' && (json[i] & 0xFF) >= ' ') {
      i++;
    }
    return i;
  }

  /**
   * Sets the highest bit of each byte that is 0. The lowest bit that it sets is right; those above
   * may be wrong.
   */
  private static long zeroes(long word) {
    return (word - EACH_BYTE) & ~word;
  }

  private @Nullable Object whole(Target target) {
    boolean negative = take('-');
    int first = at;
    long value = 0;
    while (at < json.length && json[at] >= '0' && json[at] <= '9') {
      if (at - first == MAX_DIGITS) {
        return null;
      }
      value = 10 * value + (json[at] - '0');
      at++;
    }
    boolean leadingZero = at - first > 1 && json[first] == '0';
    if (at == first || leadingZero || (negative && value == 0)) {
      return null;
    }
    value = negative ? -value : value;
    if (value < target.min || value > target.max) {
      return null;
    }
    // What follows is left to the caller: it takes no fraction and no exponent.
    return target.kind == Kind.WHOLE_32 ? (Object) (int) value : (Object) value;
  }

  private @Nullable Boolean flag() {
    if (isWord(TRUE)) {
      at += Integer.BYTES;
      return true;
    }
    if (take('f') && isWord(ALSE)) {
      at += Integer.BYTES;
      return false;
    }
    return null;
  }

  private boolean take(char expected) {
    if (at < json.length && json[at] == expected) {
      at++;
      return true;
    }
    return false;
  }

  private void skipSpace() {
    while (at < json.length
        && json[at] <= ' '
        && (json[at] == ' ' || json[at] == '\n' || json[at] == '\t' || json[at] == '\r')) {
      at++;
    }
  }

  private boolean isWord(int word) {
    return at <= json.length - Integer.BYTES && (int) INTS.get(json, at) == word;
  }

  private boolean startsWith(byte[] token, int length) {
    if (at + length > json.length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (json[at + i] != token[i]) {
        return false;
      }
    }
    return true;
  }

  private static int word(String text) {
    return (int) INTS.get(text.getBytes(StandardCharsets.US_ASCII), 0);
  }
}
