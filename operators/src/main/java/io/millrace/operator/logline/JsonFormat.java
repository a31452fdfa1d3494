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
    private final boolean hasEscapes;
    private int at;

    Reading(LineText text, NamedFields names) {
      this.text = text;
      this.bytes = text.bytes();
      this.end = text.end();
      this.hasEscapes = text.hasBackslash();
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
      while (true) {
        skipBlanks();
        int nameAt = at;
        NamedFields.Name name = name();
        skipBlanks();
        if (!field(name)) {
          throw new LineException(
              LineFault.DUPLICATE_FIELD,
              text.charsBefore(nameAt),
              "a field is there a second time");
        }
        skipBlanks();
        if (peek() == '}') {
          at++;
          return;
        }
        expect(',', "a comma or the end of the object");
      }
    }

    /** Reads a name and the colon after it. */
    private NamedFields.Name name() throws LineException {
      if (peek() != '"') {
        throw missing("the name of a field in quotes");
      }
      NamedFields.Name expected = names.next(text, at + 1);
      if (expected != null) {
        at += 1 + expected.bytes();
        return expected;
      }
      int plainEnd = plainEnd();
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
        word("null");
        return names.add(name, null, position);
      }
      if (peek() == '"') {
        int plainEnd = plainEnd();
        return plainEnd < 0
            ? names.add(name, checked(start + 1), position)
            : names.add(name, text, start + 1, pass(plainEnd), position);
      }
      value(1);
      return names.add(name, text, start, at, position);
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
        string();
        skipBlanks();
        expect(':', "a colon after the name");
        skipBlanks();
        value(depth);
        skipBlanks();
        if (peek() == '}') {
          at++;
          return;
        }
        expect(',', "a comma or the end of the object");
      }
    }

    /** Reads a value that is not kept by itself. */
    private void value(int depth) throws LineException {
      switch (peek()) {
        case '"' -> string();
        case '{', '[' -> nested(depth + 1);
        case 't' -> word("true");
        case 'f' -> word("false");
        case 'n' -> word("null");
        default -> number();
      }
    }

    private void nested(int depth) throws LineException {
      if (depth > MOST_DEEP) {
        throw new LineException(
            LineFault.TOO_DEEP,
            text.charsBefore(at),
            "nested deeper than " + MOST_DEEP + " levels");
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
        value(depth);
        skipBlanks();
        if (peek() == ']') {
          at++;
          return;
        }
        expect(',', "a comma or the end of the array");
      }
    }

    private void word(String word) throws LineException {
      for (int i = 0; i < word.length(); i++) {
        if (at + i == end || bytes[at + i] != word.charAt(i)) {
          throw missing("a value");
        }
      }
      at += word.length();
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

    /** Reads a string that is not kept by itself. */
    private void string() throws LineException {
      int plainEnd = plainEnd();
      if (plainEnd < 0) {
        checked(at + 1);
      } else {
        pass(plainEnd);
      }
    }

    /** The quote that ends the string that begins here; -1 where it is not all as it is. */
    private int plainEnd() {
      int found =
          hasEscapes
              ? EightBytes.endOfPlain(bytes, at + 1, end)
              : EightBytes.endOfUnescaped(bytes, at + 1, end);
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
      return at < end ? (char) (bytes[at] & 0xFF) : 0;
    }

    private void expect(char c, String what) throws LineException {
      if (peek() != c) {
        throw missing(what);
      }
      at++;
    }

    private void skipBlanks() {
      if (at < end && bytes[at] > ' ') {
        return;
      }
      while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
        at++;
      }
    }

    private LineException missing(String what) {
      return new LineException(
          LineFault.INVALID_LINE, text.charsBefore(Math.min(at, end)), "expected " + what);
    }
  }
}
