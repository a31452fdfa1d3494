package io.millrace.local.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.broker.Replay;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class AssetsTest {
  @Test
  void letters_everyFateOfAReplay_isSaidInWords() {
    String page =
        UTF_8
            .decode(new Assets().named("letters.js").orElseThrow().content().duplicate())
            .toString();
    for (Replay.Fate fate : Replay.Fate.values()) {
      assertThat(page).contains("\n  " + fate.name().toLowerCase(Locale.ROOT) + ": \"");
    }
  }
}
