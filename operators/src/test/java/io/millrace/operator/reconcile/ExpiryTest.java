package io.millrace.operator.reconcile;

import static io.millrace.operator.reconcile.Desk.DAY;
import static io.millrace.operator.reconcile.Desk.HOUR;
import static io.millrace.operator.reconcile.Desk.START;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExpiryTest {
  private static final long MINUTE = 60_000;

  @Test
  void after_anyLength_isTheNextFullUnitThatIsNoLonger() {
    long at = START + 1;
    assertThat(Expiry.after(at, 0)).isEqualTo(START + 1_000);
    assertThat(Expiry.after(START, 0)).isEqualTo(START);
    assertThat(Expiry.after(at, 10_000)).isEqualTo(START + 11_000);
    assertThat(Expiry.after(at, MINUTE)).isEqualTo(START + 2 * MINUTE);
    assertThat(Expiry.after(at, 90 * MINUTE)).isEqualTo(START + 2 * HOUR);
    assertThat(Expiry.after(at, 30 * DAY)).isEqualTo(START + 31 * DAY);
    assertThat(Expiry.after(-1, 0)).isZero();
  }
}
