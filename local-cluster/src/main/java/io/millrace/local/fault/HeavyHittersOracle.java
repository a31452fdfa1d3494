package io.millrace.local.fault;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schema.Topics;
import io.millrace.schema.web.RequestServed;
import java.util.ArrayList;
import java.util.List;

/** What heavy hitters must publish. */
final class HeavyHittersOracle extends LedgerOracle<RequestServed> {
  /** What requests are counted by; tumbling windows only, so that a late record is late wholly. */
  static final List<String> DIMENSIONS = List.of("path", "status");

  private final RankingOracle rankings;
  private final List<JsonNode> published = new ArrayList<>();

  HeavyHittersOracle(Ledger ledger, long windowMillis, int k, long outOfOrdernessMillis) {
    super(
        ledger,
        new Lanes<>(
            RequestServed.class,
            Topics.HEAVY_HITTERS_LATE.name(),
            Topics.HEAVY_HITTERS_LIVE.name(),
            Topics.WEB_REQUESTS_DLQ.name()),
        windowMillis,
        outOfOrdernessMillis);
    this.rankings = new RankingOracle(windowMillis, windowMillis, k);
  }

  @Override
  void count(RecordId id, RequestServed request) {
    rankings.add("path", request.at(), request.path(), 1);
    if (request.status() != null) {
      rankings.add("status", request.at(), request.status().toString(), 1);
    }
  }

  @Override
  void takeBack(RecordId id, RequestServed request) {
    rankings.takeBack("path", request.at(), request.path(), 1);
    if (request.status() != null) {
      rankings.takeBack("status", request.at(), request.status().toString(), 1);
    }
  }

  @Override
  List<PublishedRow> expected(long watermark) {
    return rankings.expected(watermark);
  }

  @Override
  void result(String topic, JsonNode row) {
    published.add(row);
  }

  @Override
  List<PublishedRow> results() {
    return published.stream().map(rankings::judged).toList();
  }
}
