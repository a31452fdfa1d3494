package io.millrace.operator.logline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IsoInstantTest {
  @Test
  void times_ofEveryOffsetAndLength_areThoseOfTheJdk() {
    Random random = new Random(5);
    for (int i = 0; i < 100_000; i++) {
      Instant at =
          Instant.ofEpochSecond(random.nextLong(253_402_000_000L), random.nextInt(1_000_000_000));
      ZoneOffset offset = ZoneOffset.ofTotalSeconds(60 * (random.nextInt(2 * 17 * 60) - 17 * 60));
      OffsetDateTime local = at.atOffset(offset);
      if (local.getYear() < 1970 || local.getYear() > 9999 || offset.getTotalSeconds() % 60 != 0) {
        continue;
      }
      String text = local.toString();
      if (text.length() < 20 || text.charAt(16) != ':') {
        continue;
      }
      assertThat(IsoInstant.millis(text, false)).as(text).isEqualTo(at.toEpochMilli());
    }
  }

  @Test
  void times_withoutOffset_areOfUtcWhereTheyMayBe() {
    assertThat(IsoInstant.millis("2026-01-31 09:30:00,5", true)).isEqualTo(1_769_851_800_500L);
    assertThat(IsoInstant.millis("2026-01-31T09:30:00", false)).isEqualTo(IsoInstant.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2026-01-31",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T00:60:00Z",
        "2026-01-31T00:00:60Z",
        "2026-01-31T00:00:00.Z",
        "2026-01-31T00:00:00.1234567890Z",
        "2026-01-31T00:00:00Zx",
        "2026-01-31T00:00:00+1:00",
        "2026-01-31T00:00:00+01:60",
        "1969-12-31T23:59:59Z",
        "2O26-01-31T00:00:00Z"
      })
  void texts_thatAreNone_areLeftToOthers(String text) {
    assertThat(IsoInstant.millis(text, true)).isEqualTo(IsoInstant.NONE);
  }
}
