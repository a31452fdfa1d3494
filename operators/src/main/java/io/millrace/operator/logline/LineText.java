package io.millrace.operator.logline;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * The text of a line or of a record: its characters, and the bytes that they are in UTF-8, which
 * must not change any more.
 */
public final class LineText {
  private static final char REPLACEMENT = '\uFFFD';

  private final byte[] bytes;
  private final int end;
  private final String text;

  /** Whether all characters are of ASCII, and so at the places of their bytes. */
  private final boolean isAscii;

  private LineText(byte[] bytes, int end, String text) {
    this.bytes = bytes;
    this.end = end;
    this.text = text;
    this.isAscii = end == text.length();
  }

  /**
   * The text that bytes are in UTF-8.
   *
   * @param length how many of them count, from the first on
   * @throws LineException where they are not UTF-8; the message says from which byte on
   */
  public static LineText of(byte[] bytes, int length) throws LineException {
    String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) {
      requireUtf8(bytes, length);
    }
    return new LineText(bytes, length, text);
  }

  /** The text of characters, none of which is half of a surrogate pair. */
  public static LineText of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new LineText(bytes, bytes.length, text);
  }

  private static void requireUtf8(byte[] bytes, int length) throws LineException {
    CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
    CoderResult result = utf8.decode(in, CharBuffer.allocate(length), true);
    if (result.isError()) {
      throw new LineException(
          LineFault.NOT_UTF8, "the line is not UTF-8 from byte " + (in.position() + 1) + " on");
    }
  }

  /** Whether there is nothing in it. */
  public boolean isEmpty() {
    return end == 0;
  }

  /** How many characters it has, as Java counts them. */
  public int length() {
    return text.length();
  }

  @Override
  public String toString() {
    return text;
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
  String part(int from, int to) {
    return isAscii
        ? text.substring(from, to)
        : new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  /** Whether something may be escaped in it. */
  boolean hasBackslash() {
    return text.indexOf('\\') >= 0;
  }

  /** How many characters are before a byte, which begins one. */
  int charsBefore(int at) {
    return isAscii ? at : part(0, at).length();
  }
}
