package io.millrace.schema.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.Topics;
import io.millrace.schema.codec.RejectedException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What describes logs, as its topics take it. */
class LogDescriptionsTest {
  private static LogRuleSet rule(String more) throws RejectedException {
    return Topics.LOG_RULES
        .codec()
        .decode(
            ("{\"ruleId\":\"r\",\"version\":1,\"kind\":\"sample\"" + more + "}").getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                  | needs threshold",
        ",\"threshold\":0                    | needs threshold",
        ",\"threshold\":0.5                  | needs threshold",
        ",\"threshold\":2.5                  | needs threshold",
        ",\"threshold\":2,\"window\":\"PT1M\" | neither window nor groupBy",
        ",\"threshold\":2,\"groupBy\":\"host\" | neither window nor groupBy",
      })
  void sample_withoutAWholeThreshold_orWithWhatOnlyAlarmsHave_isRefused(
      String more, String message) {
    assertThatThrownBy(() -> rule(more))
        .isInstanceOf(RejectedException.class)
        .hasMessageContaining(message);
  }

  @Test
  void sample_ofOneInSoMany_isTaken_andItsEndNeedsNoThreshold() throws Exception {
    assertThat(rule(",\"threshold\":1").threshold()).isEqualTo(1);
    assertThat(rule(",\"threshold\":1000000000,\"filter\":\"level=INFO\"").kind())
        .isEqualTo(LogRuleKind.SAMPLE);
    assertThat(rule(",\"deleted\":true").deleted()).isTrue();
  }

  private static LogServiceDescribed service(Map<String, String> attributes) {
    return new LogServiceDescribed("shop", 1, 0, attributes, null);
  }

  @Test
  void service_withAttributesBeyondTheirLimits_isRefused() {
    Map<String, String> many = new TreeMap<>();
    for (int i = 0; i < 64; i++) {
      many.put("name" + i, "");
    }
    assertThatCode(() -> service(many)).doesNotThrowAnyException();
    many.put("one more", "");
    assertThatThrownBy(() -> service(many)).hasMessageContaining("65 names, at most 64");

    assertThatCode(() -> service(Map.of("n".repeat(128), "v".repeat(1_024))))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> service(Map.of("n".repeat(129), "v")))
        .hasMessageContaining("from 1 to 128 characters");
    assertThatThrownBy(() -> service(Map.of(" ", "v")))
        .hasMessageContaining("from 1 to 128 characters");
    assertThatThrownBy(() -> service(Map.of("team", "v".repeat(1_025))))
        .hasMessageContaining("\"team\" must be a text of at most 1,024 characters");
  }

  @Test
  void service_ofJson_hasItsAttributes_andMayHaveNone() throws Exception {
    String json = "{\"service\":\"shop\",\"version\":2,\"at\":1764151200000";
    LogServiceDescribed described =
        Topics.LOG_SERVICES
            .codec()
            .decode((json + ",\"attributes\":{\"team\":\"payments\"}}").getBytes(UTF_8));
    LogServiceDescribed ended =
        Topics.LOG_SERVICES.codec().decode((json + ",\"deleted\":true}").getBytes(UTF_8));

    assertThat(described.attributes()).isEqualTo(Map.of("team", "payments"));
    assertThat(ended.attributes()).isNull();
    assertThat(ended.deleted()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"null", "7", "[1]"})
  void service_attributeThatIsNoText_isRefused(String value) {
    String json =
        "{\"service\":\"shop\",\"version\":2,\"at\":1764151200000,\"attributes\":{\"team\":"
            + value
            + "}}";

    assertThatThrownBy(() -> Topics.LOG_SERVICES.codec().decode(json.getBytes(UTF_8)))
        .isInstanceOf(RejectedException.class);
  }
}
