package io.millrace.operator.logline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  private static final Redaction ALL = new Redaction(true, true);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "login password=hunter2 ok|login password=[redacted] ok",
        "{\"password\":\"hun\\\"ter2\",\"a\":1}|{\"password\":\"[redacted]\",\"a\":1}",
        "db_password: 'hunter2', next|db_password: [redacted], next",
        "Authorization: Bearer hunter2abc done|Authorization: [redacted] done",
        "sent Bearer hunter2hunter2hunter2 done|sent Bearer [redacted] done",
        "GET /a?api_key=hunter2&b=1|GET /a?api_key=[redacted]&b=1",
        "postgres://ann:hunter2@db/x|postgres://ann:[redacted]@db/x",
        "key AKIAIOSFODNN7EXAMPLE used|key [redacted] used",
        "jwt eyJhbGciOiJI.eyJzdWIiOiIx.hunter2sig end|jwt [redacted] end",
        "card 4111 1111 1111 1111 ok|card [redacted] ok",
        "card 5500-0000-0000-0004,|card [redacted],",
        "378282246310005|[redacted]",
        "took 3ms for tokenizer and passwordless|took 3ms for tokenizer and passwordless",
        "order 4111111111111112 is no card|order 4111111111111112 is no card",
        "at 1764151200009 ms|at 1764151200009 ms",
        "id 94111111111111111|id 94111111111111111"
      })
  void of_text_hasNoSecretLeft(String text, String expected) {
    assertThat(ALL.of(text)).isEqualTo(expected);
  }

  @Test
  void of_privateKey_isGone() {
    String key = "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----";

    assertThat(ALL.of("a " + key + " b")).isEqualTo("a [redacted] b");
    assertThat(ALL.of(key.substring(0, 40))).isEqualTo("[redacted]");
  }

  @Test
  void of_fieldCalledLikeASecret_hasNoValue() {
    ParsedLine line =
        new ParsedLine(
            1, null, null, null, "m", Map.of("password", "x", "user.token", "y", "n", "z"), null);

    assertThat(ALL.of(line).fields())
        .isEqualTo(Map.of("password", "[redacted]", "user.token", "[redacted]", "n", "z"));
    assertThat(Redaction.NONE.of(line)).isSameAs(line);
  }

  @Test
  void of_bytes_keepsAllOthers() {
    byte[] bytes = "é\uD83D\uDE00 pwd=hunter2".getBytes(UTF_8);

    assertThat(new String(ALL.of(bytes), UTF_8)).isEqualTo("é\uD83D\uDE00 pwd=[redacted]");
    byte[] plain = {(byte) 0xFF, 0, 'a'};
    assertThat(ALL.of(plain)).isSameAs(plain);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "password=", "\"", "1 ", "4-", "[", "eyJ", "a.b-", "token: \"\\"})
  void of_muchOfTheSame_isDoneSoon(String part) {
    String text = part.repeat(300_000 / part.length());

    assertThat(ALL.of(text)).isNotNull();
  }
}
