package io.millrace.operator.logline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class KnownWordsTest {
  private final KnownWords words = new KnownWords();

  private static int bytes(String text) {
    return text.getBytes(UTF_8).length;
  }

  @Test
  void word_thatComesAgain_isTheSameObject() {
    LineText line = LineText.of("[warn] and warn, é and seventeen letters!");
    String first = words.of(line, 1, 5);
    assertThat(first).isEqualTo("warn").isSameAs(words.of(line, 11, 15));
    assertThat(words.of(line, 1, 1)).isEmpty();
    assertThat(words.of(line, 17, 19)).isEqualTo("é");
    assertThat(words.of(line, 24, line.end())).isEqualTo("seventeen letters!");
  }

  @Test
  void words_ofAnyBytesAndLengths_areWhatTheyAre() {
    Random random = new Random(3);
    for (int i = 0; i < 100_000; i++) {
      StringBuilder word = new StringBuilder();
      for (int length = random.nextInt(19); length > 0; length--) {
        word.append("\u0000ab\u0001é".charAt(random.nextInt(5)));
      }
      String before = "x".repeat(random.nextInt(3));
      String after = random.nextBoolean() ? "" : "\u0000ab";
      LineText line = LineText.of(before + word + after);
      assertThat(words.of(line, bytes(before), bytes(before + word))).isEqualTo(word.toString());
    }
  }
}
