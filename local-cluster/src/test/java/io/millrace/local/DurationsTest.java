package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({"500ms, 500", "5s, 5000", "1m, 60000", "24h, 86400000", "7d, 604800000"})
  void convert_valid(String text, long millis) {
    assertThat(new Durations().convert(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "-5s", "5 s", "1.5h", "PT5S", "5min"})
  void convert_otherForm_isRefused(String text) {
    assertThatThrownBy(() -> new Durations().convert(text))
        .isInstanceOf(TypeConversionException.class);
  }

  @Test
  void text_ofEachSize() {
    assertThat(Durations.text(Duration.ofMillis(850))).isEqualTo("850ms");
    assertThat(Durations.text(Duration.ofMillis(12_345))).isEqualTo("12.3s");
    assertThat(Durations.text(Duration.ofSeconds(61))).isEqualTo("1m 1s");
    assertThat(Durations.text(Duration.ofSeconds(3_661))).isEqualTo("1h 1m 1s");
  }
}
