package io.millrace.local.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeReaderTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // 2021-03-20T00:22:00Z is 1616199720 s after the epoch.
        "dd/MM/yyyy HH:mm, -, 20/03/2021 00:22, 1616199720000",
        "dd/MM/yyyy HH:mm, Europe/Berlin, 20/03/2021 01:22, 1616199720000",
        "dd/MM/yyyy HH:mm, +02:00, 20/03/2021 02:22, 1616199720000",
        "dd/MM/yyyy HH:mm, Europe/Berlin, 31/10/2021 02:30, 1635640200000",
        "d/M/yy HH:mm, -, 20/3/21 00:22, 1616199720000",
        "uuuu-MM-dd HH:mm, -, 2021-03-20 00:22, 1616199720000",
        "d MMM yyyy HH:mm:ss Z, -, 20 Mar 2021 01:22:00 +0100, 1616199720000",
        "d MMM yyyy HH:mm:ss Z, Asia/Tokyo, 20 Mar 2021 01:22:00 +0100, 1616199720000",
        "yyyy-MM-dd, -, 2021-03-20, 1616198400000",
        "yyyy-MM-dd, Europe/Berlin, 2021-03-20, 1616194800000",
        "epoch-seconds, -, 1616199720, 1616199720000",
        "epoch-seconds, -, 1616199720.1239, 1616199720123",
        "epoch-seconds, -, -0.0001, -1",
        "epoch-millis, -, 1616199720123, 1616199720123",
        "-, Europe/Berlin, 2021-03-20 01:22:00, 1616199720000",
        "-, Europe/Berlin, 2021-03-20T01:22, 1616199720000",
        "-, Europe/Berlin, 2021-03-20T00:22:00Z, 1616199720000",
      })
  void read_valid_isTheInstant(
      @Nullable String format, @Nullable String zone, String text, long millis) throws Exception {
    assertThat(TimeReader.of(format, zone).read(text)).hasValue(millis);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "dd/MM/yyyy HH:mm, 2021-03-20 00:22",
        "dd/MM/yyyy HH:mm, 31/02/2021 00:22",
        "dd/MM/yyyy HH:mm, 28/03/2021 02:30",
        "-, 2021-02-30T00:22",
        "epoch-seconds, soon",
        "epoch-seconds, 1e999999999",
        "epoch-seconds, NaN",
        "epoch-millis, 99999999999999999999",
      })
  void read_noTimeOfThatForm_isEmpty(@Nullable String format, String text) throws Exception {
    assertThat(TimeReader.of(format, "Europe/Berlin").read(text)).isEmpty();
  }

  @Test
  void of_nothing_readsNothing() throws Exception {
    assertThat(TimeReader.of(null, null).isGiven()).isFalse();
  }

  @Test
  void of_invalid_isRefused() {
    assertThatThrownBy(() -> TimeReader.of("bogus", null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--time-format 'bogus'");
    assertThatThrownBy(() -> TimeReader.of(null, "Mars/Olympus"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--time-zone 'Mars/Olympus'");
  }
}
