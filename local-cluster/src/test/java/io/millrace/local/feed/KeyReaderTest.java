package io.millrace.local.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.Topics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyReaderTest {
  private final KeyReader keys = new KeyReader(Topics.WEB_REQUESTS);

  @Test
  void key_present_isItsText() {
    assertThat(keys.key("{\"x\":{\"client\":1},\"client\":\"\u00e4\"}".getBytes(UTF_8)))
        .isEqualTo("\u00e4".getBytes(UTF_8));
    assertThat(keys.key("{\"client\":12.50}".getBytes(UTF_8))).isEqualTo("12.50".getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"client\":null}",
        "{\"client\":[]}",
        "{\"client\":\"a\"",
        "{\"client\":\"a\",}"
      })
  void key_absentOrUnreadable_isNull(String json) {
    assertThat(keys.key(json.getBytes(UTF_8))).isNull();
  }

  @Test
  void key_topicWithoutKey_isNull() {
    assertThat(new KeyReader(Topics.WEB_REQUESTS_DLQ).key("{\"job\":\"a\"}".getBytes(UTF_8)))
        .isNull();
  }
}
