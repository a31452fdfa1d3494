package io.millrace.local.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTest {
  private final Ledger ledger = new Ledger(2);
  private InputAudit audit;

  @BeforeEach
  void acknowledgeThree() {
    acknowledge(0, 0);
    acknowledge(0, 1);
    acknowledge(1, 200_000);
    audit = new InputAudit(ledger);
  }

  @Test
  void ledger_knowsWhatWasAcknowledged() {
    assertThat(ledger.count()).isEqualTo(3);
    assertThat(ledger.count(0)).isEqualTo(2);
    assertThat(ledger.has(new RecordId(1, 200_000), value(1, 200_000, ""))).isTrue();
    assertThat(ledger.has(new RecordId(1, 200_000), value(1, 200_000, "!"))).isFalse();
    assertThat(ledger.has(new RecordId(1, 199_999))).isFalse();
    assertThat(ledger.has(new RecordId(2, 0))).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(() -> acknowledge(0, 1))
        .withMessage("record 0-1 was acknowledged twice");
  }

  @Test
  void topicWithTheSameRecords_isClean() {
    see(1, 200_000, "");
    assertThat(audit.see(value(0, 1, ""))).contains(new RecordId(0, 1));
    see(0, 0, "");
    audit.finish();

    assertThat(audit.isClean()).isTrue();
    assertThat(audit.records()).isEqualTo(3);
  }

  @Test
  void everyDifference_isNamed() {
    see(0, 0, "");
    see(0, 0, "");
    see(1, 200_000, "other");
    see(1, 5, "");
    audit.finish();

    assertThat(audit.isClean()).isFalse();
    assertThat(audit.named())
        .containsExactly(
            "record 0-0 is in the topic twice",
            "record 1-200000 is in the topic with another value",
            "a record is in the topic that was never acknowledged",
            "1 acknowledged records are not in the topic, the first 0-1");
  }

  @Test
  void mark_isFoundInATextAroundIt() {
    RecordId id = new RecordId(3, 999_999_999);

    assertThat(RecordId.find(bytes("{\"url\":\"/a?" + id.mark() + "\"}"))).contains(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "ledger", "ledger=", "ledger=1", "ledger=1-", "ledger=1-2", "ledger=-2."})
  void brokenMark_isNone(String text) {
    assertThat(RecordId.find(bytes(text))).isEmpty();
  }

  private void acknowledge(int producer, int sequence) {
    ledger.acknowledge(new RecordId(producer, sequence), value(producer, sequence, ""));
  }

  private void see(int producer, int sequence, String suffix) {
    var unused = audit.see(value(producer, sequence, suffix));
  }

  private static byte[] value(int producer, int sequence, String suffix) {
    return bytes(new RecordId(producer, sequence).mark() + suffix);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
