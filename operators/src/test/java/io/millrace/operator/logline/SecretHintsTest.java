package io.millrace.operator.logline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SecretHintsTest {
  private static final List<String> WORDS =
      List.of(
          "pass", "pwd", "private", "secret", "key", "token", "auth", "akia", "asia", "cred",
          "bearer", "basic", "eyj");
  private static final Pattern ANY =
      Pattern.compile(String.join("|", WORDS) + "|://.*@", Pattern.CASE_INSENSITIVE);
  private static final Pattern CARD = Pattern.compile("\\d(?:[ -]*\\d){12}");
  private static final String LETTERS = "aeikopstyPS -:/@=0159é\uD83D\uDE00";

  private final Random random = new Random(3);

  private String noise(int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return text.toString();
  }

  @Test
  void mayHaveSecret_everyWordAtEveryPlace_isFound() {
    for (String word : WORDS) {
      for (int before = 0; before < 40; before++) {
        String text =
            "\uD83D\uDE00é".repeat(before % 3) + ".".repeat(before) + word + ".".repeat(before % 5);
        assertThat(SecretHints.mayHaveSecret(text)).as(text).isTrue();
        assertThat(SecretHints.mayHaveSecret(text.toUpperCase(Locale.ROOT))).isTrue();
      }
    }
  }

  @Test
  void mayHaveSecret_noise_isTakenWhereASimpleSearchFindsSomething() {
    int found = 0;
    for (int i = 0; i < 50_000; i++) {
      String text =
          noise(1 + random.nextInt(60)) + WORDS.get(random.nextInt(WORDS.size())).substring(1);
      boolean has = ANY.matcher(text).find();
      found += has ? 1 : 0;
      assertThat(SecretHints.mayHaveSecret(text)).as(text).isEqualTo(has);
    }
    assertThat(found).isBetween(100, 49_000);
  }

  @Test
  void mayHaveCard_noiseOfDigits_isTakenWhereASimpleSearchFindsOne() {
    int found = 0;
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(80);
      for (int at = 0; at < length; at++) {
        int draw = random.nextInt(20);
        text.append(draw == 0 ? 'x' : draw < 3 ? ' ' : draw == 3 ? '-' : (char) ('0' + draw % 10));
      }
      boolean has = CARD.matcher(text).find();
      found += has ? 1 : 0;
      assertThat(SecretHints.mayHaveCard(text.toString())).as(text.toString()).isEqualTo(has);
    }
    assertThat(found).isBetween(100, 49_000);
  }

  /** A look at the whole run for each of its parts would take minutes. */
  @Test
  void mayHaveCard_longRunOfBlanks_isLookedAtOnce() {
    String blanks = " ".repeat(2_000_000);
    assertThat(SecretHints.mayHaveCard(blanks + "x" + blanks)).isFalse();
    assertThat(SecretHints.mayHaveCard(blanks + "4 1-1".repeat(6))).isTrue();
  }
}
