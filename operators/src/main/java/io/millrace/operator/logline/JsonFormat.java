package io.millrace.operator.logline;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON object. Numbers stay as they are written, objects and arrays stay JSON, and {@code
 * null} is an absent field.
 *
 * <p><b>Source</b>: RFC 8259.
 */
final class JsonFormat implements LineParser.Format {
  private static final int MOST_DEEP = 100;

  private final NamedFields names;

  JsonFormat(LineSource source, TimeText times) {
    names = new NamedFields(source, times);
  }

  @Override
  public ParsedLine read(String text, long arrivedAt) throws LineException {
    return names.record(new Reading(text).fields(), arrivedAt);
  }

  /** One pass over a text. */
  private static final class Reading {
    private final String text;
    private int at;

    Reading(String text) {
      this.text = text;
    }

    Map<String, NamedFields.Value> fields() throws LineException {
      skipBlanks();
      Map<String, NamedFields.Value> fields = new LinkedHashMap<>();
      object(fields, 1);
      skipBlanks();
      if (at < text.length()) {
        throw missing("the end of the line after the object");
      }
      return fields;
    }

    /** Reads an object, and keeps its fields where there is something to keep them in. */
    private void object(@Nullable Map<String, NamedFields.Value> fields, int depth)
        throws LineException {
      expect('{', "a JSON object");
      skipBlanks();
      if (peek() == '}') {
        at++;
        return;
      }
      while (true) {
        skipBlanks();
        int nameAt = at;
        if (peek() != '"') {
          throw missing("the name of a field in quotes");
        }
        String name = string();
        skipBlanks();
        expect(':', "a colon after the name");
        skipBlanks();
        int valueAt = at;
        String value = value(depth);
        if (fields != null
            && value != null
            && fields.put(name, new NamedFields.Value(value, valueAt)) != null) {
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

    /** A value as a field has it; null for {@code null}. */
    private @Nullable String value(int depth) throws LineException {
      int start = at;
      return switch (peek()) {
        case '"' -> string();
        case '{', '[' -> {
          nested(depth + 1);
          yield text.substring(start, at);
        }
        case 't' -> word("true");
        case 'f' -> word("false");
        case 'n' -> {
          word("null");
          yield null;
        }
        default -> {
          number();
          yield text.substring(start, at);
        }
      };
    }

    private void nested(int depth) throws LineException {
      if (depth > MOST_DEEP) {
        throw new LineException(
            LineFault.TOO_DEEP, at, "nested deeper than " + MOST_DEEP + " levels");
      }
      if (peek() == '{') {
        object(null, depth);
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
        value(depth);
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

    private String string() throws LineException {
      int start = ++at;
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
