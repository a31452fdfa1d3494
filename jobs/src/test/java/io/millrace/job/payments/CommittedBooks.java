package io.millrace.job.payments;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.job.TopicReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What reconciliation has committed, and whether it adds up. It knows the topics and no rule. */
final class CommittedBooks {
  private final List<JsonNode> entries;
  private final List<JsonNode> matches;
  private final List<JsonNode> breaks;
  private final List<JsonNode> open;
  private final List<JsonNode> tieOuts;
  private final List<String> letters = new ArrayList<>();

  private CommittedBooks(String bootstrap, String prefix, boolean mayRepeat) throws IOException {
    entries = TopicReader.committed(bootstrap, prefix + "recon.entries");
    matches = latest(bootstrap, prefix + "reconciliation.matches", "matchId", mayRepeat);
    breaks = latest(bootstrap, prefix + "reconciliation.breaks", "breakId", mayRepeat);
    open = TopicReader.committed(bootstrap, prefix + "reconciliation.open");
    tieOuts = TopicReader.committed(bootstrap, prefix + "reconciliation.tieout");
    for (JsonNode letter : TopicReader.committed(bootstrap, prefix + "recon.entries.dlq")) {
      letters.add("refused " + letter);
    }
  }

  static CommittedBooks read(String bootstrap, String prefix) throws IOException {
    return new CommittedBooks(bootstrap, prefix, false);
  }

  /** The same where the job went back in time, and so has written some rows once more. */
  static CommittedBooks readAfterGoingBack(String bootstrap, String prefix) throws IOException {
    return new CommittedBooks(bootstrap, prefix, true);
  }

  /**
   * The last revision of each; none may be left out.
   *
   * @param mayRepeat whether a revision may be there twice, as the same row; else none may
   */
  private static List<JsonNode> latest(String bootstrap, String topic, String id, boolean mayRepeat)
      throws IOException {
    Map<String, TreeMap<Long, JsonNode>> revisions = new HashMap<>();
    for (JsonNode row : TopicReader.committed(bootstrap, topic)) {
      String key = row.get(id).asText() + " " + row.get("ruleId").asText();
      JsonNode before =
          revisions
              .computeIfAbsent(key, unused -> new TreeMap<>())
              .put(row.get("revision").asLong(), row);
      assertThat(before).as("what came before %s", row).isIn(null, mayRepeat ? row : null);
    }
    List<JsonNode> latest = new ArrayList<>();
    revisions.forEach(
        (key, of) -> {
          assertThat(of.lastKey()).as("revisions of %s", key).isEqualTo(of.size() - 1L);
          latest.add(of.lastEntry().getValue());
        });
    return latest;
  }

  /**
   * Matches and breaks, each in a line, sorted: what a job that goes on has decided; and what it
   * has refused.
   */
  List<String> decided() {
    return decided(lines());
  }

  /** Those lines among others. */
  static List<String> decided(List<String> lines) {
    return lines.stream()
        .filter(line -> !line.startsWith("open") && !line.startsWith("tieout"))
        .toList();
  }

  /** Every row in a line, sorted. */
  List<String> lines() {
    List<String> lines = new ArrayList<>(letters);
    for (JsonNode row : matches) {
      if (row.get("state").asText().equals("matched")) {
        lines.add(
            String.format(
                "match %s %s %s %s",
                text(row, "ruleId"),
                text(row, "stage"),
                row.get("entries").findValuesAsText("entryId"),
                text(row, "varianceMinor")));
      }
    }
    for (JsonNode row : breaks) {
      lines.add(
          String.format(
              "break %s %s %s %s %s %s",
              text(row, "ruleId"),
              text(row, "type"),
              ids(row),
              text(row, "amountMinor"),
              text(row, "openedAt"),
              text(row, "state")));
    }
    open.forEach(row -> lines.add("open " + text(row, "entryId") + " " + text(row, "ruleId")));
    for (JsonNode row : tieOuts) {
      lines.add(
          String.join(
              " ",
              "tieout",
              text(row, "day"),
              text(row, "left"),
              text(row, "right"),
              text(row, "currency"),
              text(row, "leftSum"),
              text(row, "rightSum"),
              text(row, "matched"),
              text(row, "open"),
              text(row, "breaks")));
    }
    Collections.sort(lines);
    return lines;
  }

  /**
   * Checks the law of conservation: by each rule every entry of its ledgers is in one match, or
   * open, or in one break that stands; and the sums of what is matched differ by the variances.
   *
   * @param ledgersOf both ledgers of each rule
   */
  void requireConservation(Map<String, List<String>> ledgersOf) {
    Map<String, Map<String, List<String>>> places = new TreeMap<>();
    Map<String, Long> balance = new TreeMap<>();
    for (JsonNode row : matches) {
      if (row.get("state").asText().equals("matched")) {
        String rule = text(row, "ruleId");
        // Amounts in two currencies have no difference.
        boolean oneCurrency = !text(row, "stage").equals("fx");
        balance.merge(rule, oneCurrency ? -row.get("varianceMinor").asLong() : 0, Long::sum);
        for (JsonNode entry : row.get("entries")) {
          place(places, rule, text(entry, "entryId"), "match " + text(row, "matchId"));
          boolean isLeft =
              ledgersOf.getOrDefault(rule, List.of("")).get(0).equals(text(entry, "ledger"));
          long amount = entry.get("amountMinor").asLong();
          if (oneCurrency) {
            balance.merge(rule, isLeft ? -amount : amount, Long::sum);
          }
        }
      }
    }
    open.forEach(row -> place(places, text(row, "ruleId"), text(row, "entryId"), "open"));
    for (JsonNode row : breaks) {
      // What a person has matched is in its match.
      JsonNode lastStep = row.get("history").get(row.get("history").size() - 1);
      boolean isMatched = text(lastStep, "action").equals("match");
      if (!text(row, "state").equals("cleared") && !isMatched) {
        List<String> named = ids(row);
        boolean isDuplicate = text(row, "type").equals("duplicate");
        for (String id : isDuplicate ? named.subList(0, 1) : named) {
          place(places, text(row, "ruleId"), id, "break " + text(row, "breakId"));
        }
      }
    }
    assertThat(balance.values()).as("matched amounts differ by their variances").containsOnly(0L);
    for (Map.Entry<String, List<String>> rule : ledgersOf.entrySet()) {
      Set<String> ids = new TreeSet<>();
      for (JsonNode entry : entries) {
        if (rule.getValue().contains(text(entry, "ledger"))) {
          ids.add(text(entry, "entryId"));
        }
      }
      Map<String, List<String>> found = places.getOrDefault(rule.getKey(), Map.of());
      assertThat(found.keySet()).as("entries of %s", rule.getKey()).isEqualTo(ids);
      found.forEach((id, in) -> assertThat(in).as("%s by %s", id, rule.getKey()).hasSize(1));
    }
  }

  private static void place(
      Map<String, Map<String, List<String>>> places, String rule, String id, String in) {
    places
        .computeIfAbsent(rule, unused -> new TreeMap<>())
        .computeIfAbsent(id, unused -> new ArrayList<>())
        .add(in);
  }

  private static List<String> ids(JsonNode row) {
    List<String> ids = new ArrayList<>();
    row.get("entryIds").forEach(id -> ids.add(id.asText()));
    return ids;
  }

  private static String text(JsonNode row, String field) {
    return row.get(field).asText();
  }
}
