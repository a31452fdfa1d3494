package io.millrace.local.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JobWatchTest {
  /** Lines and rules go to a parser, rules that are refused to a writer of their own. */
  private static final String NODES =
      """
      [{"id": "refused", "inputs": [{"num": 0, "id": "checked"}]},
       {"id": "checked", "inputs": [{"num": 0, "id": "rules"}]},
       {"id": "parser", "inputs": [{"num": 0, "id": "lines"}, {"num": 1, "id": "rules"}]},
       {"id": "lines"}, {"id": "rules"}]""";

  private static Set<String> fedBy(String... sources) throws Exception {
    JsonNode nodes = new ObjectMapper().readTree(NODES);
    return JobWatch.fedBy(Set.of(sources), nodes);
  }

  @Test
  void fedBy_someSources_areThoseThatGetNothingElse() throws Exception {
    assertThat(fedBy()).isEmpty();
    assertThat(fedBy("rules")).containsExactlyInAnyOrder("rules", "checked", "refused");
    assertThat(fedBy("rules", "lines"))
        .containsExactlyInAnyOrder("rules", "checked", "refused", "lines", "parser");
  }
}
