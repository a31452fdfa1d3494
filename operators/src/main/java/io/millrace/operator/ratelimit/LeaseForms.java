package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What tasks that lease send to each other is made of. */
final class LeaseForms {
  private static final int NONE = 0;

  private LeaseForms() {}

  /** Writes a text, or that there is none. */
  static void writeText(FormWriter out, @Nullable String text) {
    if (text == null) {
      out.number(NONE);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.number(bytes.length + 1L);
    out.raw(bytes, 0, bytes.length);
  }

  /** Reads what {@link #writeText} wrote. */
  static @Nullable String readText(FormReader in) {
    long length = in.number();
    if (length == NONE) {
      return null;
    }
    int start = in.skip(length - 1);
    return new String(in.bytes(), start, (int) length - 1, StandardCharsets.UTF_8);
  }

  /** Reads a text that there is. */
  static String requireText(FormReader in) {
    String text = readText(in);
    if (text == null) {
      throw in.damaged("lack a text");
    }
    return text;
  }
}
