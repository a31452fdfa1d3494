package io.millrace.local.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void compact_json_isOneLineAndExact() {
    assertThat(
            Json.compact(
                "{ \"a\" : [1,\n 12345678901234567890.10 ],\r\n\"b\":\"\\n\" }".getBytes(UTF_8)))
        .contains("{\"a\":[1,12345678901234567890.10],\"b\":\"\\n\"}");
    assertThat(Json.compact("7".getBytes(UTF_8))).contains("7");
  }

  @Test
  void compact_noJson_isEmpty() {
    for (String text : new String[] {"", " ", "{", "{}{}", "{} x", "hello", "{\"a\":}", "[1,]"}) {
      assertThat(Json.compact(text.getBytes(UTF_8))).as(text).isEmpty();
    }
    assertThat(Json.compact("[".repeat(5_000).getBytes(UTF_8))).isEmpty();
  }

  @Test
  void quoted_hostileText_staysAString() {
    assertThat(Json.quoted("\"\n\u2028</script>\\")).isEqualTo("\"\\\"\\n\u2028</script>\\\\\"");
  }
}
