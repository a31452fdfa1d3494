package io.millrace.operator.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MostLimitedFunctionTest {
  private static final long WINDOW = 1_000;

  private KeyedOneInputStreamOperatorTestHarness<String, KeyUsage, MostLimited> harness;

  @BeforeEach
  void open() throws Exception {
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(new MostLimitedFunction()),
            KeyUsage::dimension,
            TypeInformation.of(String.class));
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  private void use(String key, long window, long refused) throws Exception {
    long start = window * WINDOW;
    harness.processElement(new KeyUsage("ip", key, start, start + WINDOW, 1, refused, 1), start);
  }

  /** What was published since the last call: the end of the window, and key and refusals. */
  private List<String> published() {
    List<String> published = new ArrayList<>();
    for (MostLimited each : harness.extractOutputValues()) {
      List<String> keys = each.keys().stream().map(use -> use.key() + "=" + use.refused()).toList();
      published.add(each.windowEnd() + " " + keys);
    }
    return published;
  }

  @Test
  void onTimer_usesOfALaterWindowCameFirst_publishesEachWindow() throws Exception {
    use("a", 0, 3);
    use("b", 1, 9);
    use("b", 0, 5);
    use("a", 2, 1);
    harness.processWatermark(WINDOW - 1);
    assertThat(published()).containsExactly("1000 [b=5, a=3]");
    harness.processWatermark(3 * WINDOW - 1);
    assertThat(published()).containsExactly("1000 [b=5, a=3]", "2000 [b=9]", "3000 [a=1]");
  }

  @Test
  void onTimer_usesOfOneKey_addUp() throws Exception {
    use("a", 0, 3);
    use("b", 0, 4);
    use("a", 0, 2);
    harness.processWatermark(WINDOW - 1);
    assertThat(published()).containsExactly("1000 [a=5, b=4]");
  }

  @Test
  void onTimer_nextWindowRefusesNothing_saysSoOnce() throws Exception {
    use("a", 0, 3);
    harness.processWatermark(5 * WINDOW);
    assertThat(published()).containsExactly("1000 [a=3]", "2000 []");
  }

  @Test
  void processElement_useOfAnEndedWindow_isAddedToWhatWasPublished() throws Exception {
    use("a", 0, 3);
    harness.processWatermark(WINDOW - 1);
    use("b", 0, 7);
    harness.processWatermark(WINDOW);
    assertThat(published()).containsExactly("1000 [a=3]", "1000 [b=7, a=3]");
    use("c", 1, 1);
    harness.processWatermark(2 * WINDOW);
    use("c", 0, 1);
    harness.processWatermark(2 * WINDOW + 1);
    assertThat(published()).endsWith("2000 [c=1]").hasSize(3);
  }

  @Test
  void processElement_manyKeys_keepsThoseWithMostRefusals() throws Exception {
    for (int i = 0; i < 100; i++) {
      use("key-" + i, 0, i + 1);
    }
    harness.processWatermark(WINDOW - 1);
    assertThat(harness.extractOutputValues())
        .singleElement()
        .satisfies(
            most ->
                assertThat(most.keys())
                    .hasSize(MostLimitedFunction.MOST_KEYS)
                    .allMatch(use -> use.refused() > 100 - MostLimitedFunction.MOST_KEYS));
  }
}
