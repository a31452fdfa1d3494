package io.millrace.schema.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonOutputTest {
  private static final ObjectMapper JACKSON = new ObjectMapper();

  /** Any text of so many characters, many of which are escaped or beyond ASCII. */
  private static String text(Random random, int length) {
    int[] some =
        "aZ09 \"\\/\b\f\n\r\t\u0000\u001f\u007f\u0080é\u20ac\uD83D\uDE00".codePoints().toArray();
    int plain = random.nextInt(12);
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      int drawn = random.nextInt(plain + 1);
      text.appendCodePoint(drawn > 0 ? 'x' : some[random.nextInt(some.length)]);
    }
    return text.toString();
  }

  @Test
  void text_ofAnyLength_isReadBackAsItWas_andUtf8IsTheSame() throws IOException {
    Random random = new Random(20_26);
    JsonOutput ofText = new JsonOutput();
    JsonOutput ofBytes = new JsonOutput();
    for (int i = 0; i < 20_000; i++) {
      String text = text(random, i % 150);
      ofText.reset();
      ofText.text(text);
      ofBytes.reset();
      ofBytes.utf8(text.getBytes(UTF_8));
      String json = new String(ofText.toBytes(), UTF_8);

      assertThat(JACKSON.readValue(json, String.class)).isEqualTo(text);
      assertThat(json).hasSize(length(text));
      assertThat(ofBytes.toBytes()).isEqualTo(ofText.toBytes());
    }
  }

  /** Nothing is escaped but what has to be, and as short as can be. */
  private static int length(String text) {
    return 2 + text.chars().map(c -> "\"\\\b\f\n\r\t".indexOf(c) >= 0 ? 2 : c < ' ' ? 6 : 1).sum();
  }

  @Test
  void encode_afterOthers_leavesThemThere_andNothingOfWhatItRefuses() throws IOException {
    JsonCodec<Sample.Part> codec = JsonCodec.of(Sample.Part.class);
    JsonOutput out = new JsonOutput();
    codec.encode(new Sample.Part("a", 1), out);
    out.mark('\n');
    assertThatThrownBy(() -> codec.encode(new Sample.Part("\uD800", 1), out))
        .isInstanceOf(IllegalArgumentException.class);
    codec.encode(new Sample.Part("b", 2), out);

    ByteArrayOutputStream written = new ByteArrayOutputStream();
    out.writeTo(written);
    assertThat(written.toString(UTF_8))
        .isEqualTo("{\"name\":\"a\",\"weight\":1}\n{\"name\":\"b\",\"weight\":2}");
  }
}
