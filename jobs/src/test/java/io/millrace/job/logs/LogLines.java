package io.millrace.job.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.job.TopicReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/** What a log ingestion that goes on has committed, and what it must, each row in a line. */
final class LogLines {
  private LogLines() {}

  /** All rows but the ledger's, which depends on the clock, and those of the closing lines. */
  static List<String> committed(String bootstrap, String prefix) throws IOException {
    List<String> lines = new ArrayList<>();
    for (JsonNode row : TopicReader.committed(bootstrap, prefix + "log-ingestion.records")) {
      if (!CannedLogs.isClosing(row.get("message").asText())) {
        lines.add("record " + text(row, "source", "at", "level", "message"));
      }
    }
    for (JsonNode row : TopicReader.committed(bootstrap, prefix + "log-ingestion.metrics")) {
      lines.add("minute " + text(row, "source", "level", "windowStart", "count"));
    }
    for (JsonNode row : TopicReader.committed(bootstrap, prefix + "log-ingestion.alerts")) {
      lines.add(
          "alert "
              + text(row, "group", "windowStart", "state")
              + " "
              + row.get("value").asDouble());
    }
    for (JsonNode row : TopicReader.committed(bootstrap, prefix + "log-ingestion.late")) {
      lines.add("late " + row);
    }
    for (JsonNode letter : TopicReader.committed(bootstrap, prefix + "logs.raw.dlq")) {
      String value = new String(Base64.getDecoder().decode(letter.get("value").asText()), UTF_8);
      lines.add(
          "refused "
              + letter.get("headers").get("source").asText()
              + value.substring(value.indexOf(" poison")));
    }
    return lines;
  }

  /**
   * The last account of each source and partition, as {@link CannedLogs#accounts} has it. Lines
   * that wait to be indexed count as if they were. Every row on the way obeys the law of counts.
   */
  static List<String> accounts(String bootstrap, String prefix) throws IOException {
    Map<String, JsonNode> last = new TreeMap<>();
    for (JsonNode row : TopicReader.committed(bootstrap, prefix + "log-ingestion.ledger")) {
      long decided = row.get("waiting").asLong();
      for (String count :
          List.of("indexed", "duplicate", "collapsed", "filtered", "joined", "deadLetters")) {
        decided += row.get(count).asLong();
      }
      assertThat(decided).as("%s", row).isEqualTo(row.get("in").asLong());
      last.merge(
          text(row, "source", "partition"),
          row,
          BinaryOperator.maxBy(
              Comparator.comparingLong((JsonNode each) -> each.get("throughOffset").asLong())
                  .thenComparingLong(each -> -each.get("waiting").asLong())));
    }
    List<String> lines = new ArrayList<>();
    last.forEach(
        (place, row) -> {
          for (String none : List.of("duplicate", "collapsed", "filtered")) {
            assertThat(row.get(none).asLong()).as("%s of %s", none, place).isZero();
          }
          lines.add(
              String.format(
                  "%s in=%d indexed=%d joined=%d deadLetters=%d",
                  place,
                  row.get("in").asLong(),
                  row.get("indexed").asLong() + row.get("waiting").asLong(),
                  row.get("joined").asLong(),
                  row.get("deadLetters").asLong()));
        });
    return lines;
  }

  /** What that must be once the closing lines are read. */
  static List<String> expected(CannedLogs logs) {
    List<String> lines = new ArrayList<>();
    logs.expected.forEach(record -> lines.add("record " + record));
    logs.minutes.forEach((minute, count) -> lines.add("minute " + minute + " " + count));
    logs.alerts(1).forEach(alert -> lines.add("alert " + alert));
    logs.refused.forEach(line -> lines.add("refused " + line));
    return lines;
  }

  private static String text(JsonNode row, String... fields) {
    List<String> texts = new ArrayList<>();
    for (String field : fields) {
      texts.add(row.get(field).asText());
    }
    return String.join(" ", texts);
  }
}
