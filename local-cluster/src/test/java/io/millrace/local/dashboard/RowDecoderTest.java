package io.millrace.local.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.dashboard.RowTable.Cursor;
import io.millrace.local.dashboard.RowTable.Kind;
import io.millrace.local.dashboard.RowTable.Limits;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.lane.DeadLettered;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowDecoderTest {
  private static final Limits ROOMY = new Limits(1_000, 10_000_000);

  private final RowDecoder decoder = new RowDecoder();
  private final RowTable live = new RowTable("x.live", Kind.LATEST, ROOMY, 1);
  private final RowTable log = new RowTable("x", Kind.LOG, ROOMY, 1);

  private static ConsumerRecord<byte[], byte[]> record(
      @Nullable String key, @Nullable String value) {
    return new ConsumerRecord<>(
        "x",
        3,
        7,
        key == null ? null : key.getBytes(UTF_8),
        value == null ? null : value.getBytes(UTF_8));
  }

  private static JsonNode rows(RowTable table) throws Exception {
    return new ObjectMapper().readTree(table.since(Cursor.START).json()).path("rows");
  }

  @Test
  void live_rowHeartbeatAndTombstone_areUnderstood() throws Exception {
    String row =
        "{\"view\":\"v\",\"row\":\"a\",\"version\":%d,\"snapshotId\":\"%s\",\"at\":5,\"data\":{ \"rank\": 1 }}";
    decoder.live(record("v|a", row.formatted(1, "s1")), live);
    decoder.live(record("v|b", row.formatted(1, "s1")), live);
    assertThat(rows(live).get(0).toString())
        .isEqualTo("[\"v|a\",{\"view\":\"v\",\"row\":\"a\",\"at\":5,\"data\":{\"rank\":1}}]");
    decoder.live(record("v|a", row.formatted(2, "s2")), live);
    decoder.live(
        record(
            "_heartbeat|v",
            "{\"view\":\"_heartbeat\",\"row\":\"v\",\"version\":9,\"snapshotId\":\"s2\",\"at\":5,\"data\":{\"rows\":1}}"),
        live);
    assertThat(rows(live)).hasSize(1);
    decoder.live(record("v|a", null), live);
    assertThat(rows(live)).isEmpty();
    assertThat(decoder.unreadable()).isZero();
  }

  @Test
  void live_whatIsNoRow_isCounted() throws Exception {
    decoder.live(record("k", "{}"), live);
    decoder.live(record("k", "<b>"), live);
    decoder.live(record(null, "{}"), live);
    assertThat(decoder.unreadable()).isEqualTo(3);
    assertThat(rows(live)).isEmpty();
  }

  @Test
  void record_whatever_isShown() throws Exception {
    decoder.record(record("k", "{\"a\": \"<img src=x onerror=alert(1)>\"}"), log);
    decoder.record(record(null, "no json\n\"\u0001"), log);
    decoder.record(record("k", null), log);
    decoder.record(record("k", "{\"a\":\"" + "x".repeat(100_000) + "\"}"), log);
    JsonNode rows = rows(log);
    // One key, so the newest of them stands for all in the table of this test.
    assertThat(rows).hasSize(1);
    assertThat(rows.get(0).get(0).asText()).isEqualTo("3-7");
    assertThat(rows.get(0).get(1).path("bytes").asInt()).isEqualTo(100_008);
    assertThat(rows.get(0).get(1).path("text").asText()).hasSize(2_048);
  }

  @Test
  void letter_ofAJob_isCounted() {
    DeadLettered letter =
        new DeadLettered(
            "relay", "decode", "no-json", "m", "x", 0, 1, 2, null, null, 0, 0, false, Map.of(), 2,
            null);
    String json = new String(JsonCodec.of(DeadLettered.class).encode(letter), UTF_8);
    decoder.letter(record("k", json), log);
    decoder.letter(record("k", json), log);
    assertThat(decoder.lettersByJob()).containsExactly(Map.entry("relay", 2L));
  }
}
