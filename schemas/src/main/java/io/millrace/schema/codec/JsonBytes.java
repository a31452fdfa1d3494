package io.millrace.schema.codec;

import com.fasterxml.jackson.core.io.NumberInput;
import java.nio.charset.StandardCharsets;

/**
 * A position in the bytes of a record, and the value that it passed last. Whatever it passes is
 * JSON to the parser too; where it can't tell at little cost it says so, and the record is left to
 * the parser, which alone refuses records and says why. Left to it are also long integers, names
 * with escapes, and what is longer than the limits here.
 *
 * <p>After a method said false, the position and the last value mean nothing.
 *
 * <p><b>Source</b>: RFC 8259.
 */
final class JsonBytes extends ByteCursor {
  /** What {@link #passName(JsonName[], int)} says of a name that it was not given. */
  static final int UNKNOWN = -1;

  /** What {@link #passName(JsonName[], int)} says where only the parser can tell. */
  static final int UNSURE = -2;

  /** The most digits that surely fit into a {@code long}. */
  static final int MAX_DIGITS = 18;

  /** The longest name that is passed, in bytes; the parser counts characters. */
  private static final int MAX_NAME_BYTES = 1024;

  /** The longest string with escapes that is passed as a value, in bytes without them. */
  private static final int MAX_UNESCAPED_BYTES = 8 * 1024;

  /** Integers up to this are exact in a {@code double}, and so are the powers of ten below. */
  private static final long MAX_EXACT = 1L << 53;

  private static final double[] POWERS_OF_TEN = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16
  };

  private final byte[] unescaped = new byte[MAX_UNESCAPED_BYTES];

  private int depth;

  // The value that was passed last: the slice of an array that states it, and its number.
  private byte[] text = NOTHING;
  private int from;
  private int to;
  private long number;

  /**
   * Goes to the first token.
   *
   * @param json UTF-8
   * @param start where the record begins, behind a byte order mark
   */
  void reset(byte[] json, int start) {
    this.json = json;
    at = start;
    depth = 0;
    forgetBits();
    skipSpace();
  }

  /** Goes to a value within the outermost object. */
  void moveTo(byte[] json, int value) {
    this.json = json;
    at = value;
    depth = 1;
  }

  /** Whether nothing but blanks is left. */
  boolean atEnd() {
    skipSpace();
    return at == json.length;
  }

  /** Passes the start of an object or an array. */
  boolean open(char bracket) {
    return take(bracket) && ++depth <= JsonCodec.MAX_DEPTH;
  }

  /** Passes the end of an object or an array if it is here, and blanks before it in any case. */
  boolean close(char bracket) {
    skipSpace();
    if (take(bracket)) {
      depth--;
      return true;
    }
    return false;
  }

  /** Passes a comma if one is here, and blanks around it in any case. */
  boolean comma() {
    skipSpace();
    if (take(',')) {
      skipSpace();
      return true;
    }
    return false;
  }

  /**
   * Passes a name and the colon behind it.
   *
   * @param names those that are looked for
   * @param next the index that is likely: most records have their fields in order
   * @return which of them it is, {@link #UNKNOWN} or {@link #UNSURE}
   */
  int passName(JsonName[] names, int next) {
    if (next < names.length && names[next].withColonIsAt(json, at)) {
      at += names[next].lengthWithColon();
      skipSpace();
      return next;
    }
    for (int tried = 0, index = next; tried < names.length; tried++, index++) {
      if (index >= names.length) {
        index = 0;
      }
      if (names[index].isAt(json, at)) {
        at += names[index].lengthWithColon() - 1;
        return passColon() ? index : UNSURE;
      }
    }
    return passName() ? UNKNOWN : UNSURE;
  }

  /** Passes any name and the colon behind it; {@link #text} is the name. */
  boolean passName() {
    if (!take('"')) {
      return false;
    }
    int end = plainEnd(at);
    if (end == json.length || json[end] != '"' || end - at > MAX_NAME_BYTES) {
      return false;
    }
    passed(json, at, end);
    at = end + 1;
    return passColon();
  }

  private boolean passColon() {
    skipSpace();
    if (take(':')) {
      skipSpace();
      return true;
    }
    return false;
  }

  /** Passes {@code null}; where it says false, the position is as before. */
  boolean passNull() {
    return passWord(NULL);
  }

  /** Passes a boolean; {@link #truth} is its value. */
  boolean passFlag() {
    int first = at;
    if (passWord(TRUE) || (take('f') && passWord(ALSE))) {
      passed(json, first, at);
      return true;
    }
    return false;
  }

  /** Passes an integer; {@link #number} is its value. It takes no fraction and no exponent. */
  boolean passWhole() {
    int start = at;
    boolean negative = take('-');
    byte[] json = this.json;
    int first = at;
    long value = passWholeDigits();
    int digits = at - first;
    boolean leadingZero = digits > 1 && json[first] == '0';
    if (digits == 0 || digits > MAX_DIGITS || leadingZero) {
      return false;
    }
    number = negative ? -value : value;
    passed(json, value == 0 ? first : start, at); // -0 is 0
    return true;
  }

  /** Passes a number of any form; {@link #decimal} is its value. */
  boolean passNumber() {
    int start = at;
    take('-');
    // Behind a leading zero a digit is no better than a letter, to the caller too.
    if (!take('0') && !passDigits()) {
      return false;
    }
    if (take('.') && !passDigits()) {
      return false;
    }
    if (take('e') || take('E')) {
      if (!take('+')) {
        take('-');
      }
      if (!passDigits()) {
        return false;
      }
    }
    passed(json, start, at);
    return at - start <= JsonCodec.MAX_NUMBER_LENGTH;
  }

  /** Whether the next token is a string, if it is any. */
  boolean isString() {
    return at < json.length && json[at] == '"';
  }

  /** Passes a string that is valid Unicode; {@link #text} is what it states. */
  boolean passString() {
    if (!take('"')) {
      return false;
    }
    int end = plainEnd(at);
    if (end == json.length) {
      return false;
    }
    if (json[end] != '"') {
      return passEscaped(end);
    }
    passed(json, at, end);
    at = end + 1;
    return true;
  }

  /** Passes the rest of a string of which the first escape is at {@code end}. */
  private boolean passEscaped(int end) {
    int length = 0;
    while (true) {
      int plain = end - at;
      if (end == json.length || length + plain > unescaped.length - Integer.BYTES) {
        return false;
      }
      System.arraycopy(json, at, unescaped, length, plain);
      length += plain;
      at = end;
      if (take('"')) {
        passed(unescaped, 0, length);
        return true;
      }
      int codePoint = passEscape();
      if (codePoint >= 0 && Character.isHighSurrogate((char) codePoint)) {
        int low = passEscape();
        if (low < 0 || !Character.isLowSurrogate((char) low)) {
          return false;
        }
        codePoint = Character.toCodePoint((char) codePoint, (char) low);
      } else if (codePoint < 0 || Character.isLowSurrogate((char) codePoint)) {
        return false;
      }
      length = encode(codePoint, length);
      end = plainEnd(at);
    }
  }

  private int encode(int codePoint, int length) {
    int i = length;
    if (codePoint < 0x80) {
      unescaped[i++] = (byte) codePoint;
      return i;
    }
    int shift = codePoint < 0x800 ? 6 : codePoint < 0x10000 ? 12 : 18;
    int lead = shift == 6 ? 0xC0 : shift == 12 ? 0xE0 : 0xF0;
    unescaped[i++] = (byte) (lead | (codePoint >> shift));
    while (shift > 0) {
      shift -= 6;
      unescaped[i++] = (byte) (0x80 | ((codePoint >> shift) & 0x3F));
    }
    return i;
  }

  /** Passes a value of any kind, of which nothing is kept. */
  boolean passAny() {
    if (at == json.length) {
      return false;
    }
    return switch (json[at]) {
      case '"' -> passAnyString();
      case '{' -> passAnyObject();
      case '[' -> passAnyArray();
      case 't', 'f' -> passFlag();
      case 'n' -> passNull();
      default -> passNumber();
    };
  }

  private boolean passAnyString() {
    at = plainEnd(at + 1);
    while (!take('"')) {
      if (passEscape() < 0) {
        return false;
      }
      at = plainEnd(at);
    }
    return true;
  }

  private boolean passAnyObject() {
    if (!open('{')) {
      return false;
    }
    if (close('}')) {
      return true;
    }
    do {
      if (!passName() || !passAny()) {
        return false;
      }
    } while (comma());
    return close('}');
  }

  private boolean passAnyArray() {
    if (!open('[')) {
      return false;
    }
    if (close(']')) {
      return true;
    }
    do {
      if (!passAny()) {
        return false;
      }
    } while (comma());
    return close(']');
  }

  /** The name or string that was passed last. */
  String text() {
    return new String(text, from, to - from, StandardCharsets.UTF_8);
  }

  /** Whether the string that was passed last is this one, of ASCII. */
  boolean textIs(String expected) {
    if (to - from != expected.length()) {
      return false;
    }
    for (int i = 0; i < expected.length(); i++) {
      if (text[from + i] != expected.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the string that was passed last has at most so many characters (code points). */
  boolean textFits(int maxLength) {
    // It has no more of them than bytes.
    if (to - from <= maxLength) {
      return true;
    }
    int characters = 0;
    for (int i = from; i < to; i++) {
      characters += (text[i] & 0xC0) == 0x80 ? 0 : 1;
    }
    return characters <= maxLength;
  }

  /** The boolean that was passed last. */
  boolean truth() {
    return text[from] == 't';
  }

  /** The integer that was passed last. */
  long number() {
    return number;
  }

  /** Makes a number the value that was passed last, which stands nowhere. */
  void number(long value) {
    number = value;
    passed(NOTHING, 0, 0);
  }

  /** The number that was passed last; infinite where a {@code double} can't hold it. */
  double decimal() {
    int first = text[from] == '-' ? from + 1 : from;
    int scale = 0;
    boolean fraction = false;
    long digits = 0;
    for (int i = first; i < to; i++) {
      if (text[i] == '.') {
        fraction = true;
      } else if (text[i] < '0' || text[i] > '9' || i - first >= MAX_DIGITS) {
        return NumberInput.parseDouble(text(), false);
      } else {
        digits = 10 * digits + (text[i] - '0');
        scale += fraction ? 1 : 0;
      }
    }
    if (digits > MAX_EXACT || scale >= POWERS_OF_TEN.length) {
      return NumberInput.parseDouble(text(), false);
    }
    // One division of exact numbers is rounded once, as it should be.
    double value = digits / POWERS_OF_TEN[scale];
    boolean negative = first > from && (digits != 0 || fraction); // -0 is 0, -0.0 is not
    return negative ? -value : value;
  }

  /** Whether the value that was passed last stands in the record as it is written canonically. */
  boolean isLiteral() {
    return text == json;
  }

  /** Where in the record the value that was passed last begins, if it is literal. */
  int from() {
    return from;
  }

  /** How many bytes the value that was passed last has, if it is literal. */
  int length() {
    return to - from;
  }

  private void passed(byte[] text, int from, int to) {
    if (this.text != text) { // The collector has to hear of every reference that is stored.
      this.text = text;
    }
    this.from = from;
    this.to = to;
  }
}
