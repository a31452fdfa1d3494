package io.millrace.local.fault;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.schema.Topics;
import io.millrace.schema.logs.LogLineReceived;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What log ingestion must publish of the lines of {@link LogTrial}: a record of each, how many
 * there were in each minute and level, and accounts that add up.
 */
final class LogOracle extends LedgerOracle<LogLineReceived> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> FATES =
      List.of("indexed", "duplicate", "collapsed", "filtered", "joined", "deadLetters", "waiting");

  private final Map<RecordId, LogLineReceived> lines = new HashMap<>();
  private final List<PublishedRow> rows = new ArrayList<>();

  LogOracle(Ledger ledger) {
    super(
        ledger,
        new Lanes<>(
            LogLineReceived.class,
            "",
            Topics.LOG_INGESTION_LIVE.name(),
            Topics.LOGS_RAW_DLQ.name()),
        LogTrial.MINUTE_MILLIS,
        LogTrial.OUT_OF_ORDERNESS_MILLIS);
  }

  @Override
  void count(RecordId id, LogLineReceived line) {
    lines.put(id, line);
  }

  @Override
  void takeBack(RecordId id, LogLineReceived line) {
    lines.remove(id);
  }

  @Override
  List<PublishedRow> expected(long watermark) {
    List<PublishedRow> expected = new ArrayList<>();
    Map<String, Long> minutes = new TreeMap<>();
    for (LogLineReceived line : lines.values()) {
      JsonNode said = read(line.line());
      String level = said.path("level").asText();
      expected.add(record(said.path("message").asText(), line.at(), level));
      long end =
          Math.floorDiv(line.at(), LogTrial.MINUTE_MILLIS) * LogTrial.MINUTE_MILLIS
              + LogTrial.MINUTE_MILLIS;
      if (end - 1 <= watermark) {
        minutes.merge(minute(level, end), 1L, Long::sum);
      }
    }
    minutes.forEach((minute, count) -> expected.add(new PublishedRow(minute, count.toString())));
    return expected;
  }

  @Override
  void result(String topic, JsonNode row) {
    if (topic.equals(Topics.LOG_INGESTION_RECORDS.name())) {
      rows.add(
          record(
              row.path("message").asText(), row.path("at").asLong(), row.path("level").asText()));
    } else if (topic.equals(Topics.LOG_INGESTION_METRICS.name())) {
      rows.add(
          new PublishedRow(
              minute(row.path("level").asText(), row.path("windowEnd").asLong()),
              row.path("count").asText()));
    } else if (topic.equals(Topics.LOG_INGESTION_LEDGER.name())) {
      long in = row.path("in").asLong();
      if (FATES.stream().mapToLong(fate -> row.path(fate).asLong()).sum() != in
          || row.path("throughOffset").asLong() != in - 1) {
        rows.add(new PublishedRow("an account that does not add up", row.toString()));
      }
    } else {
      // No rule is in effect, and no line comes late.
      rows.add(new PublishedRow("a row of " + topic, row.toString()));
    }
  }

  @Override
  List<PublishedRow> results() {
    return rows;
  }

  private static PublishedRow record(String message, long at, String level) {
    return new PublishedRow("record " + message, at + " " + level);
  }

  private static String minute(String level, long windowEnd) {
    return "minute of " + level + " to " + windowEnd;
  }

  private static JsonNode read(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a line that was made is no JSON", e);
    }
  }
}
