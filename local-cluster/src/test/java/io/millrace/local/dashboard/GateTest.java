package io.millrace.local.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GateTest {
  private static final String TOKEN = "0123456789abcdef";

  @Test
  void isOwnHost_onlyNamesOfThisServer() {
    Gate gate = Gate.of(DashboardSettings.LOCAL);
    assertThat(gate.isOwnHost("127.0.0.1:8080")).isTrue();
    assertThat(gate.isOwnHost("LocalHost")).isTrue();
    assertThat(gate.isOwnHost("[::1]:9")).isTrue();
    assertThat(gate.isOwnHost("attacker.example:8080")).isFalse();
    assertThat(gate.isOwnHost("127.0.0.1.attacker.example")).isFalse();
    assertThat(gate.isOwnHost("127.0.0.1:8080@attacker.example")).isFalse();
    assertThat(gate.isOwnHost("")).isFalse();
    assertThat(gate.isOwnHost(null)).isFalse();
  }

  @Test
  void admits_token_passOrBearer() {
    Gate gate = Gate.of(new DashboardSettings("0.0.0.0", 0, TOKEN, null));
    assertThat(gate.admits(null, null)).isFalse();
    assertThat(gate.admits(TOKEN, null)).isFalse();
    assertThat(gate.admits(null, "Bearer " + TOKEN + "x")).isFalse();
    assertThat(gate.admits(null, "Bearer " + TOKEN)).isTrue();
    assertThat(gate.admits(gate.pass(), null)).isTrue();
    assertThat(gate.pass()).doesNotContain(TOKEN);
    assertThat(Gate.of(DashboardSettings.LOCAL).admits(null, null)).isTrue();
  }

  @Test
  void isOwnChange_needsTheSecretAndNoOtherOrigin() {
    Gate gate = Gate.of(DashboardSettings.LOCAL);
    String host = "127.0.0.1:8080";
    assertThat(gate.isOwnChange(gate.csrf(), "http://" + host, host)).isTrue();
    assertThat(gate.isOwnChange(gate.csrf(), null, host)).isTrue();
    assertThat(gate.isOwnChange(gate.csrf(), "http://attacker.example", host)).isFalse();
    assertThat(gate.isOwnChange(gate.csrf(), "null", host)).isFalse();
    assertThat(gate.isOwnChange("x", "http://" + host, host)).isFalse();
    assertThat(gate.isOwnChange(null, "http://" + host, host)).isFalse();
  }

  @Test
  void settings_reachedFromElsewhere_needAToken() {
    assertThatThrownBy(() -> new DashboardSettings("0.0.0.0", 0, null, null))
        .hasMessageContaining("needs a token");
    assertThatThrownBy(() -> new DashboardSettings("127.0.0.1", 0, "short", null))
        .hasMessageContaining("at least 16");
    assertThatThrownBy(() -> new DashboardSettings("127.0.0.1", 70_000, null, null))
        .hasMessageContaining("from 0 to 65535");
    DashboardSettings open = new DashboardSettings("0.0.0.0", 0, TOKEN, null);
    assertThat(open.isLocal()).isFalse();
    assertThat(open.toString()).doesNotContain(TOKEN);
  }
}
