package io.millrace.local.fault;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schema.Topics;
import io.millrace.schema.payments.LedgerEntryRecorded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What reconciliation must publish of the entries of {@link EntryTrial}: each is in one match or
 * one break, once, and each chain of the audit is whole.
 */
final class EntryOracle extends LedgerOracle<LedgerEntryRecorded> {
  private static final String NO_HASH = "0".repeat(64);

  private final Map<RecordId, LedgerEntryRecorded> entries = new HashMap<>();
  private final List<PublishedRow> rows = new ArrayList<>();
  private final Map<String, TreeMap<Long, Link>> chains = new TreeMap<>();

  /** A record of a chain. */
  private record Link(String prevHash, String hash) {}

  /** The entries of one reference. */
  private record Pair(@Nullable LedgerEntryRecorded left, @Nullable LedgerEntryRecorded right) {
    Pair and(Pair other) {
      return new Pair(left == null ? other.left : left, right == null ? other.right : right);
    }
  }

  EntryOracle(Ledger ledger) {
    super(
        ledger,
        new Lanes<>(
            LedgerEntryRecorded.class,
            "",
            Topics.RECONCILIATION_LIVE.name(),
            Topics.RECON_ENTRIES_DLQ.name()),
        1,
        EntryTrial.OUT_OF_ORDERNESS_MILLIS);
  }

  @Override
  void count(RecordId id, LedgerEntryRecorded entry) {
    entries.put(id, entry);
  }

  @Override
  void takeBack(RecordId id, LedgerEntryRecorded entry) {
    entries.remove(id);
  }

  @Override
  List<PublishedRow> expected(long watermark) {
    Map<String, Pair> pairs = new HashMap<>();
    for (LedgerEntryRecorded entry : entries.values()) {
      if (entry.at() <= watermark) {
        boolean isLeft = entry.ledger().equals(EntryTrial.ORDERS);
        pairs.merge(
            entry.reference(), new Pair(isLeft ? entry : null, isLeft ? null : entry), Pair::and);
      }
    }
    List<PublishedRow> expected = new ArrayList<>();
    pairs.values().forEach(pair -> expected.add(row(pair)));
    return expected;
  }

  @Override
  void result(String topic, JsonNode row) {
    if (topic.equals(Topics.RECONCILIATION_MATCHES.name())) {
      List<String> ids = new ArrayList<>();
      row.path("entries").forEach(entry -> ids.add(entry.path("entryId").asText()));
      rows.add(
          match(
              ids,
              String.join(
                  " ",
                  row.path("ruleId").asText(),
                  row.path("stage").asText(),
                  row.path("state").asText(),
                  row.path("varianceMinor").asText(),
                  row.path("revision").asText())));
    } else if (topic.equals(Topics.RECONCILIATION_BREAKS.name())) {
      List<String> ids = new ArrayList<>();
      row.path("entryIds").forEach(id -> ids.add(id.asText()));
      rows.add(
          new PublishedRow(
              row.path("type").asText() + " of " + ids,
              String.join(
                  " ",
                  row.path("ruleId").asText(),
                  row.path("state").asText(),
                  row.path("amountMinor").asText(),
                  row.path("revision").asText())));
    } else if (topic.equals(Topics.RECONCILIATION_AUDIT.name())) {
      link(row);
    }
  }

  /** Of a chain each record must be there once, with the hash of the one before it. */
  private void link(JsonNode row) {
    String chain = row.path("chain").asText();
    Link link = new Link(row.path("prevHash").asText(), row.path("hash").asText());
    Link other =
        chains
            .computeIfAbsent(chain, unused -> new TreeMap<>())
            .put(row.path("seq").asLong(), link);
    if (other != null) {
      rows.add(new PublishedRow("a second record of a place in chain " + chain, row.toString()));
    }
  }

  @Override
  List<PublishedRow> results() {
    List<PublishedRow> all = new ArrayList<>(rows);
    chains.forEach(
        (chain, links) -> {
          long seq = 0;
          String before = NO_HASH;
          for (Map.Entry<Long, Link> each : links.entrySet()) {
            if (each.getKey() != seq || !each.getValue().prevHash().equals(before)) {
              all.add(new PublishedRow("a gap in chain " + chain, "before " + each));
            }
            seq = each.getKey() + 1;
            before = each.getValue().hash();
          }
        });
    return all;
  }

  private static PublishedRow row(Pair pair) {
    LedgerEntryRecorded left = pair.left();
    LedgerEntryRecorded right = pair.right();
    if (left == null || right == null) {
      LedgerEntryRecorded alone = Objects.requireNonNullElse(left, right);
      String type = left == null ? "missing-left" : "missing-right";
      return broken(type, List.of(alone.entryId()), alone.amountMinor());
    }
    List<String> ids = List.of(left.entryId(), right.entryId());
    long variance = right.amountMinor() - left.amountMinor();
    return variance == 0
        ? match(ids, EntryTrial.RULE + " exact matched 0 0")
        : broken(variance > 0 ? "amount-over" : "amount-under", ids, variance);
  }

  private static PublishedRow match(List<String> ids, String content) {
    return new PublishedRow("match of " + ids, content);
  }

  private static PublishedRow broken(String type, List<String> ids, long amountMinor) {
    return new PublishedRow(type + " of " + ids, EntryTrial.RULE + " open " + amountMinor + " 0");
  }
}
