package io.millrace.operator.logline;

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
    return read(LineText.of(text), arrivedAt);
  }

  @Override
  public ParsedLine read(LineText text, long arrivedAt) throws LineException {
    names.begin();
    new Reading(text, names).line();
    return names.record(arrivedAt);
  }

  /** One pass over a text. Places are those of bytes. */
  private static final class Reading {
    private final LineText text;
    private final byte[] bytes;
    private final int end;
    private final NamedFields names;
    private int at;

    Reading(LineText text, NamedFields names) {
      this.text = text;
      this.bytes = text.bytes();
      this.end = text.end();
      this.names = names;
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
      if (at < end) {
        throw missing("the end of the line after the object");
      }
    }

    private void fields() throws LineException {
      boolean hasEnded = false;
      while (!hasEnded) {
        hasEnded = usualFields() || oneField();
      }
    }

    /**
     * Reads fields as long as they are as most are: without blanks, with the names that lines
     * before had, and with values that are not null and have no escapes.
     *
     * @return whether that was the last one; else another one begins here, or must
     */
    private boolean usualFields() throws LineException {
      byte[] line = bytes;
      int last = end;
      int next = at;
      while (next < last && line[next] == '"') {
        NamedFields.Name name = names.next(line, next + 1, last);
        if (name == null) {
          break;
        }
        int start = next + 1 + name.bytes();
        byte first = start < last ? line[start] : 0;
        if (first == 'n' || first <= ' ') {
          break;
        }
        boolean isString = first == '"';
        int from = isString ? start + 1 : start;
        int to = isString ? plainEnd(start) : value(start, 1);
        int after = isString ? to + 1 : to;
        if (to < 0 || after >= last || (line[after] != ',' && line[after] != '}')) {
          break;
        }
        // A fault is told of nothing but a time.
        int position = name.isTime() ? text.charsBefore(start) : start;
        if (!names.add(name, text, from, to, position)) {
          throw twice(next);
        }
        next = after + 1;
        if (line[after] == '}') {
          at = next;
          return true;
        }
      }
      at = next;
      return false;
    }

    /** Reads a field, and says whether it was the last one. */
    private boolean oneField() throws LineException {
      skipBlanks();
      int nameAt = at;
      NamedFields.Name name = name();
      skipBlanks();
      if (!field(name)) {
        throw twice(nameAt);
      }
      skipBlanks();
      if (peek() == '}') {
        at++;
        return true;
      }
      expect(',', "a comma or the end of the object");
      return false;
    }

    private LineException twice(int nameAt) {
      return new LineException(
          LineFault.DUPLICATE_FIELD, text.charsBefore(nameAt), "a field is there a second time");
    }

    /** Reads a name and the colon after it. */
    private NamedFields.Name name() throws LineException {
      if (peek() != '"') {
        throw missing("the name of a field in quotes");
      }
      NamedFields.Name expected = names.next(bytes, at + 1, end);
      if (expected != null) {
        at += 1 + expected.bytes();
        return expected;
      }
      int plainEnd = plainEnd(at);
      NamedFields.Name name =
          names.named(plainEnd < 0 ? checked(at + 1) : text.part(at + 1, pass(plainEnd)));
      skipBlanks();
      expect(':', "a colon after the name");
      return name;
    }

    /** Reads the value of a field, and says whether it is the first of its name. */
    private boolean field(NamedFields.Name name) throws LineException {
      int start = at;
      // A fault is told of nothing but a time.
      int position = name.isTime() ? text.charsBefore(start) : start;
      if (peek() == 'n') {
        at = word(at, "null");
        return names.add(name, null, position);
      }
      if (peek() == '"') {
        int plainEnd = plainEnd(at);
        return plainEnd < 0
            ? names.add(name, checked(start + 1), position)
            : names.add(name, text, start + 1, pass(plainEnd), position);
      }
      at = value(start, 1);
      return names.add(name, text, start, at, position);
    }

    // What follows is told a place and gives the one after what it has read.

    /** Reads an object whose fields are not kept one by one. */
    private int object(int from, int depth) throws LineException {
      int next = afterBlanks(from + 1);
      if (charAt(next) == '}') {
        return next + 1;
      }
      while (true) {
        next = afterBlanks(next);
        if (charAt(next) != '"') {
          throw missing(next, "the name of a field in quotes");
        }
        next = afterBlanks(string(next));
        if (charAt(next) != ':') {
          throw missing(next, "a colon after the name");
        }
        next = afterBlanks(value(afterBlanks(next + 1), depth));
        if (charAt(next) == '}') {
          return next + 1;
        }
        if (charAt(next) != ',') {
          throw missing(next, "a comma or the end of the object");
        }
        next++;
      }
    }

    /** Reads a value that is not kept by itself. */
    private int value(int from, int depth) throws LineException {
      return switch (charAt(from)) {
        case '"' -> string(from);
        case '{', '[' -> nested(from, depth + 1);
        case 't' -> word(from, "true");
        case 'f' -> word(from, "false");
        case 'n' -> word(from, "null");
        default -> number(from);
      };
    }

    private int nested(int from, int depth) throws LineException {
      if (depth > MOST_DEEP) {
        throw new LineException(
            LineFault.TOO_DEEP,
            text.charsBefore(from),
            "nested deeper than " + MOST_DEEP + " levels");
      }
      return charAt(from) == '{' ? object(from, depth) : array(from, depth);
    }

    private int array(int from, int depth) throws LineException {
      int next = afterBlanks(from + 1);
      if (charAt(next) == ']') {
        return next + 1;
      }
      while (true) {
        next = afterBlanks(value(afterBlanks(next), depth));
        if (charAt(next) == ']') {
          return next + 1;
        }
        if (charAt(next) != ',') {
          throw missing(next, "a comma or the end of the array");
        }
        next++;
      }
    }

    private int word(int from, String word) throws LineException {
      for (int i = 0; i < word.length(); i++) {
        if (charAt(from + i) != word.charAt(i)) {
          throw missing(from, "a value");
        }
      }
      return from + word.length();
    }

    private int number(int from) throws LineException {
      int next = charAt(from) == '-' ? from + 1 : from;
      next = charAt(next) == '0' ? next + 1 : digits(next);
      if (charAt(next) == '.') {
        next = digits(next + 1);
      }
      if (charAt(next) == 'e' || charAt(next) == 'E') {
        next++;
        next = digits(charAt(next) == '+' || charAt(next) == '-' ? next + 1 : next);
      }
      return next;
    }

    private int digits(int from) throws LineException {
      int next = from;
      while (charAt(next) >= '0' && charAt(next) <= '9') {
        next++;
      }
      if (next == from) {
        throw missing(from, "a value");
      }
      return next;
    }

    /** Reads a string that is not kept by itself. */
    private int string(int from) throws LineException {
      int plainEnd = plainEnd(from);
      if (plainEnd >= 0) {
        return plainEnd + 1;
      }
      checked(from + 1);
      return at;
    }

    /** The quote that ends the string that begins at a place; -1 where it is not all as it is. */
    private int plainEnd(int start) {
      int found = EightBytes.endOfPlain(bytes, start + 1, end);
      return found < end && bytes[found] == '"' ? found : -1;
    }

    /** Goes on after the quote that ends a string, and gives where that is. */
    private int pass(int quote) {
      at = quote + 1;
      return quote;
    }

    /** A string with escapes, or with what must not be there. */
    private String checked(int start) throws LineException {
      StringBuilder made = new StringBuilder();
      at = start;
      while (true) {
        int next = EightBytes.endOfPlain(bytes, at, end);
        made.append(text.part(at, next));
        at = next;
        if (at == end) {
          throw missing("the end of a string");
        }
        if (bytes[at] == '"') {
          at++;
          return complete(made, start);
        }
        if (bytes[at] != '\\') {
          throw missing("no control character in a string");
        }
        at++;
        made.append(escaped());
      }
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
            if (digit < 0) {
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
    private String complete(StringBuilder made, int start) throws LineException {
      int i = 0;
      while (i < made.length()) {
        char c = made.charAt(i);
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < made.length()
                && Character.isLowSurrogate(made.charAt(i + 1));
        if (Character.isSurrogate(c) && !pair) {
          throw new LineException(
              LineFault.INVALID_UNICODE,
              text.charsBefore(start),
              "a string has half of a surrogate pair");
        }
        i += pair ? 2 : 1;
      }
      return made.toString();
    }

    /** The next character; of one beyond ASCII that it is none of those that are looked for. */
    private char peek() {
      return charAt(at);
    }

    /** The same at a place. */
    private char charAt(int place) {
      return place < end ? (char) (bytes[place] & 0xFF) : 0;
    }

    private void expect(char c, String what) throws LineException {
      if (peek() != c) {
        throw missing(what);
      }
      at++;
    }

    private void skipBlanks() {
      at = afterBlanks(at);
    }

    private int afterBlanks(int from) {
      int next = from;
      for (char c = charAt(next); c == ' ' || c == '\t' || c == '\n' || c == '\r'; ) {
        next++;
        c = charAt(next);
      }
      return next;
    }

    private LineException missing(String what) {
      return missing(at, what);
    }

    private LineException missing(int place, String what) {
      return new LineException(
          LineFault.INVALID_LINE, text.charsBefore(Math.min(place, end)), "expected " + what);
    }
  }
}
