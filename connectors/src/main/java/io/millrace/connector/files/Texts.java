package io.millrace.connector.files;

import io.millrace.schema.codec.Rejection;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What texts of rows must be to be published. */
final class Texts {
  private static final int BYTE_ORDER_MARK = 0xFEFF;
  private static final int CONTROL_BYTES = 6;

  private Texts() {}

  /** Bytes as text without a byte order mark; null where they are not UTF-8. */
  static @Nullable String utf8(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** A row of fields, or its refusal where they have no JSON form or one that is too large. */
  static Row row(Map<String, String> fields, byte @Nullable [] raw) {
    long bytes = 0;
    for (Map.Entry<String, String> field : fields.entrySet()) {
      long name = jsonBytes(field.getKey());
      long value = jsonBytes(field.getValue());
      if (name < 0 || value < 0) {
        return Row.refused(
            Rejection.INVALID_UNICODE, "half of a pair of UTF-16 without the other", raw);
      }
      bytes += name + value + CONTROL_BYTES;
    }
    return bytes > FormatSpec.MOST_ROW_BYTES
        ? Row.refused(
            Rejection.TOO_LARGE,
            "as JSON the row has " + bytes + " bytes, more than " + FormatSpec.MOST_ROW_BYTES,
            raw)
        : Row.of(fields, raw);
  }

  /** Bytes of a text as JSON, at most; negative where it is not Unicode. */
  private static long jsonBytes(String text) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ') {
        bytes += CONTROL_BYTES;
      } else if (c == '"' || c == '\\') {
        bytes += 2;
      } else if (c < 0x80) {
        bytes++;
      } else if (!Character.isSurrogate(c)) {
        bytes += 3;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else {
        return -1;
      }
    }
    return bytes;
  }
}
