package io.millrace.operator.logline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineFilterTest {
  private static final ParsedLine LINE =
      new ParsedLine(
          1,
          LogLevel.ERROR,
          "shop",
          null,
          "read time out",
          Map.of("status", "500", "a b", "c"),
          null);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "|true",
        "level>=ERROR|true",
        "level > error|false",
        "level=err|true",
        "level!=WARN|true",
        "source=web AND level>=WARN && service==shop|true",
        "source=web level<ERROR|false",
        "field.status=500|true",
        "fields.status>=500 status<501|true",
        "status>\"499.5\"|true",
        "message~\"time ?out\"|true",
        "message!~\"time ?out\"|false",
        "message=\"read time out\"|true",
        "host=x|false",
        "host!=x|true",
        "host!~x|true",
        "service>5|false",
        "message~\"(o+)+\\d\"|false"
      })
  void matches_filter_isAsItSays(String filter, boolean expected) {
    assertThat(LineFilter.parse(filter == null ? "" : filter).matches("web", LINE))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "level|an operator at character 6",
        "level>=|a value at character 8",
        "level>=LOUD|a level such as ERROR at character 8",
        "status>many|a number at character 8",
        "message~\"(\"|a regular expression (Unclosed group) at character 9",
        "message=\"x|the end of a quote at character 11",
        "=x|the name of a field at character 1",
        "a=1 =x|the name of a field at character 5"
      })
  void parse_noFilter_isRefusedWithItsPlace(String filter, String expected) {
    assertThatThrownBy(() -> LineFilter.parse(filter))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the filter needs " + expected);
  }

  @Test
  void form_ofMessages_isWhatTheyHaveInCommon() {
    long one = MessageForm.of("user 17 took 3ms for 'a b' at 0x1f");

    assertThat(MessageForm.of("user 4711 took 12ms for 'c' at 0x2e")).isEqualTo(one);
    assertThat(MessageForm.of("user 17 gave 3ms for 'a b' at 0x1f")).isNotEqualTo(one);
    assertThat(MessageForm.of("user 17 took 3ms for 'a b' at 0x1f\n\tat x"))
        .as("the first line counts")
        .isEqualTo(one);
  }
}
