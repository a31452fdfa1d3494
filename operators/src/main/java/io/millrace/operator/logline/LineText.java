package io.millrace.operator.logline;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The text of a line or of a record: the bytes that it is in UTF-8, which must not change any more,
 * and its characters, which are made when something asks for them.
 */
public final class LineText {
  private static final char REPLACEMENT = '\uFFFD';

  private static final int UNKNOWN = -1;

  private final byte[] bytes;
  private final int end;

  /** Whether all characters are of ASCII, and so at the places of their bytes. */
  private final boolean isAscii;

  /** What is in the bytes, as {@link EightBytes#kinds} says it, once something asks for it. */
  private int kinds = UNKNOWN;

  private @Nullable String text;

  private LineText(byte[] bytes, int end, @Nullable String text) {
    this.bytes = bytes;
    this.end = end;
    this.isAscii = EightBytes.isAscii(bytes, end);
    this.text = text;
  }

  /**
   * The text that bytes are in UTF-8.
   *
   * @param length how many of them count, from the first on
   * @throws LineException where they are not UTF-8; the message says from which byte on
   */
  public static LineText of(byte[] bytes, int length) throws LineException {
    LineText line = new LineText(bytes, length, null);
    if (!line.isAscii && line.toString().indexOf(REPLACEMENT) >= 0) {
      requireUtf8(bytes, length);
    }
    return line;
  }

  /** The text of characters, none of which is half of a surrogate pair. */
  public static LineText of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new LineText(bytes, bytes.length, text);
  }

  /** Whether bytes are a text in UTF-8. */
  public static boolean isUtf8(byte[] bytes) {
    if (EightBytes.isAscii(bytes, bytes.length)) {
      return true;
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf(REPLACEMENT) < 0 || !decoded(ByteBuffer.wrap(bytes)).isError();
  }

  private static void requireUtf8(byte[] bytes, int length) throws LineException {
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
    if (decoded(in).isError()) {
      throw new LineException(
          LineFault.NOT_UTF8, "the line is not UTF-8 from byte " + (in.position() + 1) + " on");
    }
  }

  private static CoderResult decoded(ByteBuffer utf8) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    return decoder.decode(utf8, CharBuffer.allocate(utf8.remaining()), true);
  }

  /** Whether there is nothing in it. */
  public boolean isEmpty() {
    return end == 0;
  }

  /** How many characters it has, as Java counts them. */
  public int length() {
    return isAscii ? end : toString().length();
  }

  @Override
  public String toString() {
    String known = text;
    if (known == null) {
      known = part(0, end);
      text = known;
    }
    return known;
  }

  /** Its bytes, up to {@link #end}. */
  byte[] bytes() {
    return bytes;
  }

  /** How many bytes it has. */
  int end() {
    return end;
  }

  /** The text of some of its bytes, which are whole characters. */
  @SuppressWarnings("deprecation") // Of ASCII the constructor is right, and a mere copy.
  String part(int from, int to) {
    return isAscii
        ? new String(bytes, 0, from, to - from)
        : new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  /** Whether something may be escaped in it. */
  boolean hasBackslash() {
    return has(EightBytes.BACKSLASH);
  }

  /** Whether an {@code @} is in it. */
  boolean hasAt() {
    return has(EightBytes.AT);
  }

  private boolean has(int kind) {
    if (kinds == UNKNOWN) {
      kinds = EightBytes.kinds(bytes, end);
    }
    return (kinds & kind) != 0;
  }

  /** How many characters are before a byte, which begins one. */
  int charsBefore(int at) {
    return isAscii ? at : part(0, at).length();
  }
}
