package io.millrace.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.junit.jupiter.api.Test;

class UsualTextsTest {
  private static String read(UsualTexts texts, String text) throws Exception {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return texts.read(bytes.length, new DataInputDeserializer(bytes));
  }

  @Test
  void read_anyTexts_areWhatWasWritten() throws Exception {
    UsualTexts texts = new UsualTexts();
    SplittableRandom random = new SplittableRandom(3);
    List<String> few = new ArrayList<>();
    for (int i = 0; i < 2 * UsualTexts.PLACES; i++) {
      few.add("ä".repeat(i % (UsualTexts.MOST_BYTES + 2)) + i);
    }
    for (int i = 0; i < 20_000; i++) {
      String text =
          random.nextBoolean() ? "id-" + random.nextInt(1_000_000) : few.get(random.nextInt(128));
      assertThat(read(texts, text)).isEqualTo(text);
    }
    assertThat(read(texts, "")).isEmpty();
  }

  @Test
  void read_textThatCameTwice_isOneObjectWhateverComesOnce() throws Exception {
    UsualTexts texts = new UsualTexts();
    read(texts, "EUR");
    String known = read(texts, "EUR");
    for (int i = 0; i < 1_000; i++) {
      read(texts, "id-" + i);
    }
    assertThat(read(texts, "EUR")).isSameAs(known);
  }
}
