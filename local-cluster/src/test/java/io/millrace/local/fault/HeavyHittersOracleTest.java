package io.millrace.local.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.fault.JobOracle.Judgement;
import io.millrace.schema.Topics;
import io.millrace.schema.lane.LateArrived;
import io.millrace.schema.ranking.RankedItem;
import io.millrace.schema.ranking.RankingPublished;
import io.millrace.schema.web.RequestServed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Windows of 5 s, at most 5 s out of order, and what an imagined job makes of four requests. */
class HeavyHittersOracleTest {
  private static final String RANKINGS = Topics.HEAVY_HITTERS_RANKINGS.name();
  private static final String LATE = Topics.HEAVY_HITTERS_LATE.name();
  private static final String DEAD = Topics.WEB_REQUESTS_DLQ.name();

  private final Ledger ledger = new Ledger(1);
  private final HeavyHittersOracle oracle = new HeavyHittersOracle(ledger, 5_000, 2, 5_000);
  private final List<LedgerRecord> input = new ArrayList<>();

  @BeforeEach
  void feed() {
    acknowledge(request(0, 1_000, "/a", 200));
    acknowledge(request(1, 2_000, "/b", 200));
    acknowledge(request(2, 3_000, "/a", 404));
    acknowledge(
        new LedgerRecord(
            new RecordId(0, 3), 3_000, "10.0.0.1", bytes("{\"" + mark(3) + "\":1}"), null));
    // Closes the first window; its own stays open.
    acknowledge(request(4, 20_000, "/end", 200));
    // Too late for the first window, whose watermark is 14,999.
    acknowledge(request(5, 4_000, "/b", 200));
    input.forEach(record -> oracle.inInput(0, record.id(), record.at()));
  }

  @Test
  void rightRows_areClean_withTheLateRecordLate() {
    publishRankings(2);
    oracle.published(LATE, late(5));
    oracle.published(DEAD, dead(3));

    Judgement judgement = oracle.judge();
    assertThat(judgement.named()).isEmpty();
    assertThat(judgement).isEqualTo(new Judgement(4, 4, 0, 0, 0, 1, 1, List.of()));
    assertThat(judgement.isClean()).isTrue();
  }

  @Test
  void rightRows_areClean_withTheLateRecordCounted() {
    rank("path", 4, item(1, "/a", 2), item(2, "/b", 2));
    rank("status", 4, item(1, "200", 3), item(2, "404", 1));
    oracle.published(DEAD, dead(3));

    assertThat(oracle.judge().isClean()).isTrue();
  }

  @Test
  void lostRow_isFound() {
    rank("path", 3, item(1, "/a", 2), item(2, "/b", 1));
    oracle.published(LATE, late(5));
    oracle.published(DEAD, dead(3));

    Judgement judgement = oracle.judge();
    assertThat(judgement.lost()).isEqualTo(1);
    assertThat(judgement.named()).containsExactly("lost: status 0 to 5000");
    assertThat(judgement.isClean()).isFalse();
  }

  @Test
  void doubledRow_isFound() {
    publishRankings(2);
    publishRankings(2);
    oracle.published(LATE, late(5));
    oracle.published(DEAD, dead(3));
    oracle.published(DEAD, dead(3));

    assertThat(oracle.judge().twice()).isEqualTo(3);
  }

  @Test
  void wrongCount_isFound() {
    publishRankings(3);
    oracle.published(LATE, late(5));
    oracle.published(DEAD, dead(3));

    Judgement judgement = oracle.judge();
    assertThat(judgement.wrong()).isEqualTo(1);
    assertThat(judgement.named())
        .containsExactly(
            "wrong: path 0 to 5000 is 'total=3 | 1 /a 3 3 3 | 2 /b 1 1 1', must be"
                + " 'total=3 | 1 /a 2 2 2 | 2 /b 1 1 1'");
  }

  @Test
  void rankingWithinItsBounds_isClean() {
    sketched(3, 1, new RankedItem(1, "/a", 2, 1, 2), new RankedItem(2, "/b", 2, 1, 2));
    assertThat(oracle.judge().named()).isEmpty();
  }

  /** Each is wrong in one thing: the total, the error, a bound, the width, the order, an item. */
  static Stream<Arguments> beyondBounds() {
    RankedItem second = new RankedItem(2, "/b", 1, 1, 2);
    return Stream.of(
        Arguments.of(4, 1, new RankedItem(1, "/a", 2, 1, 2), second),
        Arguments.of(3, 2, new RankedItem(1, "/a", 2, 1, 2), second),
        Arguments.of(3, 1, new RankedItem(1, "/a", 1, 0, 1), second),
        Arguments.of(3, 1, new RankedItem(1, "/a", 2, 0, 2), second),
        Arguments.of(3, 1, new RankedItem(1, "/b", 1, 1, 2), new RankedItem(2, "/a", 2, 1, 2)),
        Arguments.of(3, 1, new RankedItem(1, "/c", 2, 1, 2), second));
  }

  @ParameterizedTest
  @MethodSource("beyondBounds")
  void rankingBeyondItsBounds_isFound(
      long total, long maxError, RankedItem first, RankedItem second) {
    sketched(total, maxError, first, second);
    assertThat(oracle.judge().wrong()).isEqualTo(1);
  }

  @Test
  void rankingWithoutAnItemThatIsSurelyHeavier_isFound() {
    sketched(3, 1, new RankedItem(1, "/b", 1, 1, 1));
    assertThat(oracle.judge().wrong()).isEqualTo(1);
  }

  /** The paths' ranking of a sketch, beside everything else as it must be. */
  private void sketched(long total, long maxError, RankedItem... items) {
    oracle.published(
        RANKINGS,
        Topics.HEAVY_HITTERS_RANKINGS
            .codec()
            .encode(
                new RankingPublished(
                    "path", 0, 5_000, total, 2, "adaptive", maxError, List.of(items))));
    rank("status", 3, item(1, "200", 2), item(2, "404", 1));
    oracle.published(LATE, late(5));
    oracle.published(DEAD, dead(3));
  }

  @Test
  void lateRecordThatIsCountedToo_isFound() {
    rank("path", 4, item(1, "/a", 2), item(2, "/b", 2));
    rank("status", 4, item(1, "200", 3), item(2, "404", 1));
    oracle.published(LATE, late(5));
    oracle.published(DEAD, dead(3));

    assertThat(oracle.judge().wrong()).isEqualTo(2);
  }

  @Test
  void recordInTimeThatIsTakenForLate_isFound() {
    rank("path", 2, item(1, "/a", 1), item(2, "/b", 1));
    rank("status", 2, item(1, "200", 2));
    oracle.published(LATE, late(5));
    oracle.published(LATE, late(2));
    oracle.published(DEAD, dead(3));

    assertThat(oracle.judge().named())
        .contains("wrong: late record 0-2 must not be there: as it was sent");
  }

  @Test
  void lostLateRecordAndLostDeadLetter_areFound() {
    publishRankings(2);

    Judgement judgement = oracle.judge();
    assertThat(judgement.lost()).isEqualTo(1);
    assertThat(judgement.named()).contains("lost: dead letter of record 0-3");
    assertThat(judgement.wrong()).as("windows that lack the late record").isEqualTo(2);
  }

  @Test
  void windowThatIsNotDue_mustNotBePublished() {
    publishRankings(2);
    oracle.published(LATE, late(5));
    oracle.published(DEAD, dead(3));
    oracle.published(
        RANKINGS,
        Topics.HEAVY_HITTERS_RANKINGS
            .codec()
            .encode(
                new RankingPublished(
                    "path", 20_000, 25_000, 1, 2, "exact", 0, List.of(item(1, "/end", 1)))));

    assertThat(oracle.judge().named())
        .containsExactly("wrong: path 20000 to 25000 must not be there: total=1 | 1 /end 1 1 1");
  }

  private void publishRankings(long first) {
    rank("path", 3, item(1, "/a", first), item(2, "/b", 1));
    rank("status", 3, item(1, "200", 2), item(2, "404", 1));
  }

  private void rank(String dimension, long total, RankedItem... items) {
    oracle.published(
        RANKINGS,
        Topics.HEAVY_HITTERS_RANKINGS
            .codec()
            .encode(
                new RankingPublished(dimension, 0, 5_000, total, 2, "exact", 0, List.of(items))));
  }

  private byte[] late(int sequence) {
    LedgerRecord record = input.get(sequence);
    return Topics.HEAVY_HITTERS_LATE
        .codec()
        .encode(
            new LateArrived(
                Topics.WEB_REQUESTS.name(),
                record.at(),
                14_999,
                new String(record.value(), StandardCharsets.UTF_8)));
  }

  private byte[] dead(int sequence) {
    return bytes(
        "{\"stage\":\"validate\",\"reason\":\"missing-field\",\"value\":\""
            + Base64.getEncoder().encodeToString(input.get(sequence).value())
            + "\"}");
  }

  private void acknowledge(LedgerRecord record) {
    input.add(record);
    ledger.acknowledge(record.id(), record.value());
    oracle.acknowledged(record);
  }

  private static LedgerRecord request(int sequence, long at, String path, int status) {
    RequestServed request =
        new RequestServed(
            at, "10.0.0.1", path, "GET", path + "?" + mark(sequence), status, 1L, null, "agent");
    return new LedgerRecord(
        new RecordId(0, sequence),
        at,
        "10.0.0.1",
        Topics.WEB_REQUESTS.codec().encode(request),
        request);
  }

  private static RankedItem item(int rank, String item, long count) {
    return new RankedItem(rank, item, count, count, count);
  }

  private static String mark(int sequence) {
    return new RecordId(0, sequence).mark();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
