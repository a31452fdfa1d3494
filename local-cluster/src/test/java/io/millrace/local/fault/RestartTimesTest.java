package io.millrace.local.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartTimesTest {
  @Test
  void percentile_isATimeThatWasMeasured() {
    RestartTimes times = new RestartTimes();
    for (int second = 30; second >= 1; second--) {
      times.add(Duration.ofSeconds(second));
    }

    assertThat(times.percentile(1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(times.percentile(50)).isEqualTo(Duration.ofSeconds(15));
    assertThat(times.percentile(99)).isEqualTo(Duration.ofSeconds(30));
    assertThat(times).hasToString("p50 15.0s, p99 30.0s, max 30.0s of 30");
  }

  @Test
  void percentile_outOfRangeOrOfNothing_isRefused() {
    RestartTimes times = new RestartTimes();

    assertThatIllegalStateException().isThrownBy(() -> times.percentile(50));
    assertThat(times).hasToString("none measured");
    assertThatIllegalArgumentException().isThrownBy(() -> times.percentile(0));
  }
}
