package io.millrace.operator.logline;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON object. Numbers stay as they are written, objects and arrays stay JSON, and {@code
 * null} is an absent field.
 *
 * <p><b>Source</b>: RFC 8259.
 */
final class JsonFormat implements LineParser.Format {
  private static final int MOST_DEEP = 100;
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long BLANKS = 0x2020202020202020L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private final NamedFields names;

  JsonFormat(LineSource source, TimeText times) {
    names = new NamedFields(source, times);
  }

  @Override
  public ParsedLine read(String text, long arrivedAt) throws LineException {
    names.begin();
    new Reading(text, names).line();
    return names.record(arrivedAt);
  }

  /** Whether a text has no control character at all, not even a tab. */
  private static boolean isPlain(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int at = 0;
    for (; at + Long.BYTES <= bytes.length; at += Long.BYTES) {
      long eight = (long) WORDS.get(bytes, at);
      // A byte below a blank borrows from its highest bit; those of 128 and more don't count.
      if (((eight - BLANKS) & ~eight & HIGH_BITS) != 0) {
        return false;
      }
    }
    for (; at < bytes.length; at++) {
      if (bytes[at] >= 0 && bytes[at] < ' ') {
        return false;
      }
    }
    return true;
  }

  /** One pass over a text. */
  private static final class Reading {
    private final String text;
    private final NamedFields names;
    private final boolean isPlain;
    private int at;

    /** The next backslash at or after the position that was last asked about. */
    private int escapeAt = -1;

    Reading(String text, NamedFields names) {
      this.text = text;
      this.names = names;
      this.isPlain = isPlain(text);
    }

    void line() throws LineException {
      skipBlanks();
      expect('{', "a JSON object");
      skipBlanks();
      if (peek() == '}') {
        at++;
      } else {
        fields();
      }
      skipBlanks();
      if (at < text.length()) {
        throw missing("the end of the line after the object");
      }
    }

    private void fields() throws LineException {
      while (true) {
        skipBlanks();
        int nameAt = at;
        NamedFields.Name name = name();
        skipBlanks();
        expect(':', "a colon after the name");
        skipBlanks();
        int valueAt = at;
        String value = value(1, name.counts());
        if (!names.add(name, value, valueAt)) {
          throw new LineException(
              LineFault.DUPLICATE_FIELD, nameAt, "a field is there a second time");
        }
        skipBlanks();
        if (peek() == '}') {
          at++;
          return;
        }
        expect(',', "a comma or the end of the object");
      }
    }

    private NamedFields.Name name() throws LineException {
      if (peek() != '"') {
        throw missing("the name of a field in quotes");
      }
      NamedFields.Name expected = names.next(text, at + 1);
      if (expected != null) {
        at += expected.length() + 2;
        return expected;
      }
      return names.named(string(true));
    }

    /** Reads an object whose fields are not kept one by one. */
    private void object(int depth) throws LineException {
      expect('{', "a JSON object");
      skipBlanks();
      if (peek() == '}') {
        at++;
        return;
      }
      while (true) {
        skipBlanks();
        if (peek() != '"') {
          throw missing("the name of a field in quotes");
        }
        string(false);
        skipBlanks();
        expect(':', "a colon after the name");
        skipBlanks();
        value(depth, false);
        skipBlanks();
        if (peek() == '}') {
          at++;
          return;
        }
        expect(',', "a comma or the end of the object");
      }
    }

    /** A value as a field has it, where it is wanted; null for {@code null}. */
    private @Nullable String value(int depth, boolean wanted) throws LineException {
      int start = at;
      return switch (peek()) {
        case '"' -> string(wanted);
        case '{', '[' -> {
          nested(depth + 1);
          yield taken(start, wanted);
        }
        case 't' -> word("true");
        case 'f' -> word("false");
        case 'n' -> {
          word("null");
          yield null;
        }
        default -> {
          number();
          yield taken(start, wanted);
        }
      };
    }

    /** What was read from a position on; empty where it is not wanted. */
    private String taken(int start, boolean wanted) {
      return wanted ? text.substring(start, at) : "";
    }

    private void nested(int depth) throws LineException {
      if (depth > MOST_DEEP) {
        throw new LineException(
            LineFault.TOO_DEEP, at, "nested deeper than " + MOST_DEEP + " levels");
      }
      if (peek() == '{') {
        object(depth);
      } else {
        array(depth);
      }
    }

    private void array(int depth) throws LineException {
      expect('[', "an array");
      skipBlanks();
      if (peek() == ']') {
        at++;
        return;
      }
      while (true) {
        skipBlanks();
        value(depth, false);
        skipBlanks();
        if (peek() == ']') {
          at++;
          return;
        }
        expect(',', "a comma or the end of the array");
      }
    }

    private String word(String word) throws LineException {
      if (!text.startsWith(word, at)) {
        throw missing("a value");
      }
      at += word.length();
      return word;
    }

    private void number() throws LineException {
      if (peek() == '-') {
        at++;
      }
      if (peek() == '0') {
        at++;
      } else {
        digits();
      }
      if (peek() == '.') {
        at++;
        digits();
      }
      if (peek() == 'e' || peek() == 'E') {
        at++;
        if (peek() == '+' || peek() == '-') {
          at++;
        }
        digits();
      }
    }

    private void digits() throws LineException {
      int start = at;
      while (peek() >= '0' && peek() <= '9') {
        at++;
      }
      if (at == start) {
        throw missing("a value");
      }
    }

    /** A string; empty, but checked, where it is not wanted. */
    private String string(boolean wanted) throws LineException {
      int start = ++at;
      int quote = text.indexOf('"', start);
      if (isPlain && quote >= 0 && quote < nextEscape(start)) {
        at = quote + 1;
        return wanted ? text.substring(start, quote) : "";
      }
      return checked(start);
    }

    private int nextEscape(int from) {
      if (escapeAt < from) {
        int found = text.indexOf('\\', from);
        escapeAt = found < 0 ? Integer.MAX_VALUE : found;
      }
      return escapeAt;
    }

    /** A string with escapes, or with what must not be there. */
    private String checked(int start) throws LineException {
      int end = start;
      while (end < text.length() && text.charAt(end) != '"' && text.charAt(end) != '\\') {
        if (text.charAt(end) < ' ') {
          at = end;
          throw missing("no control character in a string");
        }
        end++;
      }
      at = end;
      if (peek() == '"') {
        at++;
        return text.substring(start, end);
      }
      StringBuilder made = new StringBuilder(text.substring(start, end));
      while (at < text.length()) {
        char c = text.charAt(at);
        if (c == '"') {
          at++;
          return complete(made, start);
        }
        if (c < ' ') {
          throw missing("no control character in a string");
        }
        at++;
        made.append(c == '\\' ? escaped() : c);
      }
      throw missing("the end of a string");
    }

    private char escaped() throws LineException {
      char c = peek();
      at++;
      return switch (c) {
        case '"', '\\', '/' -> c;
        case 'b' -> '\b';
        case 'f' -> '\f';
        case 'n' -> '\n';
        case 'r' -> '\r';
        case 't' -> '\t';
        case 'u' -> {
          int value = 0;
          for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0 || peek() > 'f') {
              throw missing("four hexadecimal digits");
            }
            value = value * 16 + digit;
            at++;
          }
          yield (char) value;
        }
        default -> {
          at--;
          throw missing("an escape that JSON has");
        }
      };
    }

    /** Refuses half of a surrogate pair, which UTF-8 has no bytes for. */
    private static String complete(StringBuilder made, int start) throws LineException {
      int i = 0;
      while (i < made.length()) {
        char c = made.charAt(i);
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < made.length()
                && Character.isLowSurrogate(made.charAt(i + 1));
        if (Character.isSurrogate(c) && !pair) {
          throw new LineException(
              LineFault.INVALID_UNICODE, start, "a string has half of a surrogate pair");
        }
        i += pair ? 2 : 1;
      }
      return made.toString();
    }

    private char peek() {
      return at < text.length() ? text.charAt(at) : 0;
    }

    private void expect(char c, String what) throws LineException {
      if (peek() != c) {
        throw missing(what);
      }
      at++;
    }

    private void skipBlanks() {
      while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
        at++;
      }
    }

    private LineException missing(String what) {
      return new LineException(
          LineFault.INVALID_LINE, Math.min(at, text.length()), "expected " + what);
    }
  }
}
