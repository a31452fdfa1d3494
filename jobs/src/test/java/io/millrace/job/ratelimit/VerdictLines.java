package io.millrace.job.ratelimit;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.job.TopicReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Committed verdicts as {@link SerialVerdicts} has them. */
final class VerdictLines {
  private VerdictLines() {}

  /** A line for each verdict, sorted, and one for each late request and dead letter. */
  static List<String> committed(String bootstrap, String prefix) throws IOException {
    List<String> lines = new ArrayList<>();
    for (JsonNode row : TopicReader.committed(bootstrap, prefix + "rate-counting.verdicts")) {
      List<String> shadow = new ArrayList<>();
      row.get("shadow").forEach(rule -> shadow.add(rule.asText()));
      lines.add(
          SerialVerdicts.line(
              row.get("requestId").asText(),
              row.get("at").asLong(),
              row.get("allowed").asBoolean(),
              row.get("limitedBy").isNull() ? null : row.get("limitedBy").asText(),
              number(row.get("limit")),
              number(row.get("remaining")),
              row.get("retryAfterMillis").asLong(),
              shadow));
    }
    for (String other :
        List.of("rate-counting.late", "ratelimit.requests.dlq", "ratelimit.rules.dlq")) {
      for (JsonNode row : TopicReader.committed(bootstrap, prefix + other)) {
        lines.add(other + " " + row);
      }
    }
    lines.sort(null);
    return lines;
  }

  private static @Nullable Long number(JsonNode value) {
    return value.isNull() ? null : value.asLong();
  }
}
