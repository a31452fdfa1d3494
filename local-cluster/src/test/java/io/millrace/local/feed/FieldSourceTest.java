package io.millrace.local.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.Topics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldSourceTest {
  @Test
  void parse_column_isNamed() throws Exception {
    assertThat(FieldSource.parse("web.requests.client=ip address"))
        .isEqualTo(new FieldSource(Topics.WEB_REQUESTS, "client", "ip address", false));
  }

  @Test
  void parse_quoted_isLiteral() throws Exception {
    assertThat(FieldSource.parse("web.requests.client='a=b'"))
        .isEqualTo(new FieldSource(Topics.WEB_REQUESTS, "client", "a=b", true));
    assertThat(FieldSource.parse("web.requests.client=''").text()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "=", "client=x", "web.requests.=x", "web.requests.client="})
  void parse_otherForm_isRefused(String text) {
    assertThatThrownBy(() -> FieldSource.parse(text)).isInstanceOf(InputException.class);
  }

  @Test
  void parse_unknownNames_areRefused() {
    assertThatThrownBy(() -> FieldSource.parse("no.such.field=x"))
        .hasMessageContaining("unknown topic: no.such");
    assertThatThrownBy(() -> FieldSource.parse("web.requests.colour=x"))
        .hasMessageContaining("no field colour; it has at, client");
  }
}
