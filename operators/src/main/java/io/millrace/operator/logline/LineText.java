package io.millrace.operator.logline;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** The text of lines. */
public final class LineText {
  private static final char REPLACEMENT = '\uFFFD';

  private LineText() {}

  /**
   * The text that bytes are in UTF-8.
   *
   * @param length how many of them count, from the first on
   * @throws LineException where they are not UTF-8; the message says from which byte on
   */
  public static String of(byte[] bytes, int length) throws LineException {
    String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) {
      requireUtf8(bytes, length);
    }
    return text;
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
}
