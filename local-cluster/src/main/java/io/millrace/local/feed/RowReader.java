package io.millrace.local.feed;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Makes the value of a record from one row of a file; what it can't read it leaves as it is. */
@FunctionalInterface
interface RowReader {
  /** The JSON that {@code row} states, or {@code row} itself where it states none. */
  byte[] read(byte[] row);

  /** A row as text, or null where it is not UTF-8. */
  static @Nullable String text(byte[] row) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(row)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** A text in UTF-8, or null where it has none: JSON may name half of a surrogate pair. */
  static byte @Nullable [] bytes(String text) {
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
