package io.millrace.schema.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsoDurationsTest {
  @ParameterizedTest
  @CsvSource({
    "PT1M, 60000",
    "P1DT0.5S, 86400500",
    "P3D, 259200000",
    "P2W, 1209600000",
    "p1w, 604800000"
  })
  void parse_duration_isItsLength(String text, long millis) {
    assertThat(IsoDurations.parse(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"P1M", "P1Y", "P1WT1H", "P1.5W", "PW", "P9999999999W", "24h", ""})
  void parse_somethingElse_isRefused(String text) {
    assertThatThrownBy(() -> IsoDurations.parse(text)).isInstanceOf(DateTimeException.class);
  }
}
