package io.millrace.local.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogQueryTest {
  @Test
  void search_nothingGiven_isTheNewestHundred() {
    assertThat(LogQuery.of(Map.of()).search())
        .hasToString(
            "{\"size\":100,\"track_total_hits\":false,"
                + "\"sort\":[{\"at\":{\"order\":\"desc\",\"unmapped_type\":\"date\"}},"
                + "{\"recordId\":{\"order\":\"desc\",\"unmapped_type\":\"keyword\"}}],"
                + "\"query\":{\"bool\":{\"filter\":[]}}}");
  }

  @Test
  void search_allGiven_hasEachAsAValue() {
    String hostile = "\"}}]}},\"query\":{\"match_all\":{}}";
    LogQuery query =
        LogQuery.of(
            Map.of(
                "from", List.of("2026-11-24T10:00:00+01:00"),
                "source", List.of(hostile, "web"),
                "level", List.of("error,FATAL", "warn"),
                "text", List.of(hostile),
                "field", List.of("status=500", "a=b=" + hostile),
                "limit", List.of("10000")));

    var filter = query.search().at("/query/bool/filter");
    assertThat(filter).hasSize(6);
    assertThat(filter.get(0).at("/range/at/gte").asLong()).isEqualTo(1_795_510_800_000L);
    assertThat(filter.get(1).at("/terms/source/0").asText()).isEqualTo(hostile);
    assertThat(filter.get(2).at("/terms/level")).hasToString("[\"ERROR\",\"FATAL\",\"WARN\"]");
    assertThat(filter.get(3).at("/match/message/query").asText()).isEqualTo(hostile);
    assertThat(filter.get(4).at("/term/fieldValues").asText()).isEqualTo("status=500");
    assertThat(filter.get(5).at("/term/fieldValues").asText()).isEqualTo("a=b=" + hostile);
    assertThat(query.search().at("/size").asInt()).isEqualTo(10_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "since | 1 | there is no since",
        "from | 2026-11-24T10:00:00 | with an offset",
        "to | yesterday | milliseconds",
        "level | SEVERE | there is no level",
        "level | ERROR, | there is no level",
        "field | status | <name>=<value>",
        "field | =500 | <name>=<value>",
        "limit | 0 | from 1 to 10000",
        "limit | 10001 | from 1 to 10000",
        "limit | all | from 1 to 10000",
      })
  void of_whatCantBe_saysWhatMay(String name, String value, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogQuery.of(Map.of(name, List.of(value))))
        .withMessageContaining(why);
  }

  @Test
  void of_timesTheWrongWayRoundOrTwice_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogQuery.of(Map.of("from", List.of("2"), "to", List.of("2"))))
        .withMessageContaining("before");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogQuery.of(Map.of("text", List.of("a", "b"))))
        .withMessageContaining("once");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "ftp://a:1", "http://u:p@a:1", "a:1/x", "a:1?x", ""})
  void at_noAddress_isRefused(String address) {
    assertThatIllegalArgumentException().isThrownBy(() -> LogIndex.at(address, ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "a,b", "Prod.", "../"})
  void at_noPrefix_isRefused(String prefix) {
    assertThatIllegalArgumentException().isThrownBy(() -> LogIndex.at("a:1", prefix));
  }
}
