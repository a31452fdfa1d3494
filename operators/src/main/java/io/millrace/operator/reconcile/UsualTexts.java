package io.millrace.operator.reconcile;

import io.millrace.operator.sketch.ItemBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.jspecify.annotations.Nullable;

/**
 * Reads texts, and gives those that come again and again, such as currencies and the names of
 * ledgers, as the same object: it costs less to find than to make, and takes memory once however
 * many values have it. A text is remembered when it comes the second time without another of its
 * place in between, so that those that come once leave the others alone. Not safe for use by
 * several threads.
 *
 * <p><b>Space</b>: up to {@value #PLACES} texts of up to {@value #MOST_BYTES} bytes.
 */
final class UsualTexts {
  static final int PLACES = 64;
  static final int MOST_BYTES = 32;

  private final @Nullable String[] texts = new String[PLACES];
  private final byte[][] forms = new byte[PLACES][];
  private final long[] missed = new long[PLACES];
  private byte[] bytes = new byte[MOST_BYTES];

  /**
   * Reads a text in UTF-8.
   *
   * @param length of its bytes, not negative
   */
  String read(int length, DataInputView in) throws IOException {
    if (length == 0) {
      return "";
    }
    if (length > MOST_BYTES) {
      byte[] own = new byte[length];
      in.readFully(own);
      return new String(own, StandardCharsets.UTF_8);
    }
    in.readFully(bytes, 0, length);
    long hash = ItemBytes.hash(bytes, 0, length);
    int place = (int) hash & (PLACES - 1);
    String known = texts[place];
    byte[] form = forms[place];
    if (known != null && Arrays.equals(form, 0, form.length, bytes, 0, length)) {
      return known;
    }
    String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
    if (missed[place] == hash) {
      texts[place] = text;
      forms[place] = Arrays.copyOf(bytes, length);
    }
    missed[place] = hash;
    return text;
  }
}
