package io.millrace.local.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a job must publish. Every record that states an event is counted, with others of its window
 * or by itself, or is in the late lane instead; every other one is a dead letter.
 *
 * <p>Which records are late depends on how far the watermark was when they came, which differs from
 * run to run. But a watermark is never beyond the latest event time that its partition had before,
 * less the out-of-orderness. So only records that are behind that may be late, and those that the
 * job took for late must not be counted.
 *
 * @param <T> type of the events
 */
abstract class LedgerOracle<T extends Record> implements JobOracle {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Ledger ledger;
  private final Lanes<T> lanes;
  private final long windowMillis;
  private final long outOfOrdernessMillis;
  private final Set<RecordId> poison = new HashSet<>();
  private final Map<Integer, Long> latest = new HashMap<>();
  private final Set<RecordId> mayBeLate = new HashSet<>();

  private final Map<String, RecordId> poisonBySha256 = new HashMap<>();
  private final List<PublishedRow> published = new ArrayList<>();
  private final Map<RecordId, T> late = new LinkedHashMap<>();
  private long lateRows;
  private long deadLetters;

  /**
   * Where the job publishes what.
   *
   * @param type of the events
   * @param late name of the topic with late records; empty where the job has none
   * @param live name of the live topic; empty where the job has none
   * @param deadLetters name of the topic with refused records
   */
  record Lanes<T extends Record>(Class<T> type, String late, String live, String deadLetters) {}

  /**
   * Of that ledger.
   *
   * @param windowMillis length of the windows; 1 of a job that takes each event by itself
   */
  LedgerOracle(Ledger ledger, Lanes<T> lanes, long windowMillis, long outOfOrdernessMillis) {
    this.ledger = ledger;
    this.lanes = lanes;
    this.windowMillis = windowMillis;
    this.outOfOrdernessMillis = outOfOrdernessMillis;
  }

  /** Counts an event. */
  abstract void count(RecordId id, T event);

  /** Takes back what {@link #count} counted. */
  abstract void takeBack(RecordId id, T event);

  /** The results that must be published once the watermark is at {@code watermark}. */
  abstract List<PublishedRow> expected(long watermark);

  /** Takes a row of a topic that is none of the lanes. */
  abstract void result(String topic, JsonNode row);

  /** The results that were published, in the form in which they are compared. */
  abstract List<PublishedRow> results();

  @Override
  public final synchronized void acknowledged(LedgerRecord record) {
    if (record.event() == null) {
      poison.add(record.id());
      poisonBySha256.put(sha256(record.value()), record.id());
    } else {
      count(record.id(), lanes.type().cast(record.event()));
    }
  }

  @Override
  public final synchronized void inInput(int partition, RecordId id, long at) {
    if (poison.contains(id)) {
      return;
    }
    long before = latest.getOrDefault(partition, Long.MIN_VALUE);
    long windowEnd = Math.floorDiv(at, windowMillis) * windowMillis + windowMillis;
    if (before != Long.MIN_VALUE && windowEnd - 1 <= watermark(before)) {
      mayBeLate.add(id);
    }
    latest.put(partition, Math.max(before, at));
  }

  @Override
  public final synchronized void published(String topic, byte[] value) {
    if (topic.equals(lanes.live())) {
      // What it shows depends on the clock, and some of it comes twice.
      return;
    }
    try {
      JsonNode row = JSON.readTree(value);
      if (topic.equals(lanes.late())) {
        lateRow(row.path("record"));
      } else if (topic.equals(lanes.deadLetters())) {
        deadLetter(row);
      } else if (topic.endsWith(".dlq")) {
        // What is fed beside the ledger is never refused.
        published.add(new PublishedRow("a row of " + topic, row.toString()));
      } else {
        result(topic, row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(topic + " has a row that is no JSON", e);
    }
  }

  @Override
  public final synchronized Judgement judge() {
    List<PublishedRow> expected = new ArrayList<>();
    late.forEach(
        (id, event) -> {
          if (mayBeLate.contains(id)) {
            takeBack(id, event);
            expected.add(lateRow(id, true));
          }
        });
    poison.forEach(id -> expected.add(deadLetter(id, true)));
    long watermark =
        latest.values().stream().mapToLong(Long::longValue).min().orElse(Long.MIN_VALUE);
    if (watermark != Long.MIN_VALUE) {
      expected.addAll(expected(watermark(watermark)));
    }
    List<PublishedRow> found = new ArrayList<>(published);
    found.addAll(results());
    RowComparison rows = RowComparison.of(expected, found);
    return new Judgement(
        expected.size(),
        found.size(),
        rows.lost(),
        rows.twice(),
        rows.wrong(),
        lateRows,
        deadLetters,
        rows.named());
  }

  /** The watermark of a partition whose latest event time is {@code at}. */
  private long watermark(long at) {
    return at - outOfOrdernessMillis - 1;
  }

  private void lateRow(JsonNode record) throws IOException {
    lateRows++;
    // Encoding is deterministic, so what comes back has the very bytes that were sent.
    byte[] value = JSON.writeValueAsBytes(record);
    Optional<RecordId> id = RecordId.find(value);
    if (id.isEmpty()) {
      published.add(new PublishedRow("a late record without a mark", record.toString()));
      return;
    }
    published.add(lateRow(id.get(), ledger.has(id.get(), value)));
    late.put(id.get(), JSON.treeToValue(record, lanes.type()));
  }

  /** Confidential ones tell only the hash of what was sent. */
  private void deadLetter(JsonNode letter) {
    deadLetters++;
    if (letter.path("reason").asText().isEmpty() || letter.path("stage").asText().isEmpty()) {
      published.add(new PublishedRow("a dead letter without a reason", letter.toString()));
      return;
    }
    if (letter.hasNonNull("sha256")) {
      RecordId id = poisonBySha256.get(letter.path("sha256").textValue());
      published.add(
          id == null
              ? new PublishedRow("a dead letter of another hash", letter.toString())
              : deadLetter(id, true));
      return;
    }
    byte[] value = Base64.getDecoder().decode(letter.path("value").asText());
    Optional<RecordId> id = RecordId.find(value);
    published.add(
        id.isEmpty()
            ? new PublishedRow("a dead letter without a mark", letter.toString())
            : deadLetter(id.get(), ledger.has(id.get(), value)));
  }

  static String sha256(byte[] value) {
    return HexFormat.of().formatHex(sha256().digest(value));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static PublishedRow lateRow(RecordId id, boolean asSent) {
    return new PublishedRow("late record " + id, asSent(asSent));
  }

  private static PublishedRow deadLetter(RecordId id, boolean asSent) {
    return new PublishedRow("dead letter of record " + id, asSent(asSent));
  }

  private static String asSent(boolean asSent) {
    return asSent ? "as it was sent" : "not as it was sent";
  }
}
