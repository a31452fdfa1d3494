package io.millrace.operator.logline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class EightBytesTest {
  @Test
  void ends_ofAnyText_areWhereTheyAreByteByByte() {
    Random random = new Random(11);
    for (int i = 0; i < 100_000; i++) {
      StringBuilder made = new StringBuilder();
      int plain = 1 + random.nextInt(40);
      for (int length = random.nextInt(60); length > 0; length--) {
        int drawn = random.nextInt(plain);
        made.append(drawn > 0 ? 'x' : "\"\\\u0000\u001f @!#[]é\u007f".charAt(random.nextInt(12)));
      }
      byte[] bytes = made.toString().getBytes(UTF_8);
      int end = bytes.length - random.nextInt(Math.min(3, bytes.length + 1));
      int from = random.nextInt(end + 1);

      assertThat(EightBytes.endOfPlain(bytes, from, end)).isEqualTo(end(bytes, from, end));
      assertThat(EightBytes.isAscii(bytes, end)).isEqualTo(isAscii(bytes, end));
      assertThat(EightBytes.kinds(bytes, end)).isEqualTo(kinds(bytes, end));
    }
  }

  /** The first quote, backslash or control character. */
  private static int end(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end
        && bytes[at] != '"'
        && bytes[at] != '\\'
        && (bytes[at] < 0 || bytes[at] >= ' ')) {
      at++;
    }
    return at;
  }

  private static boolean isAscii(byte[] bytes, int end) {
    boolean isAscii = true;
    for (int at = 0; at < end; at++) {
      isAscii &= bytes[at] >= 0;
    }
    return isAscii;
  }

  private static int kinds(byte[] bytes, int end) {
    int kinds = 0;
    for (int at = 0; at < end; at++) {
      kinds |= bytes[at] == '\\' ? EightBytes.BACKSLASH : 0;
      kinds |= bytes[at] == '@' ? EightBytes.AT : 0;
    }
    return kinds;
  }
}
