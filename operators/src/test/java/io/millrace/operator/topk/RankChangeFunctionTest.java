package io.millrace.operator.topk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.sketch.ItemEstimate;
import io.millrace.operator.topk.KeyedHarness.Backend;
import io.millrace.operator.topk.RankedChanges.Change;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RankChangeFunctionTest {
  private static final PanedWindows PATIENT = new PanedWindows(60_000, 60_000, 5_000);
  private static final String WAITING = "waiting-rankings";
  private static final String PREVIOUS = "previous-ranking";

  @RegisterExtension final OpenHarnesses harnesses = new OpenHarnesses();

  private KeyedHarness<String, Ranking, RankedChanges> open(Backend backend) throws Exception {
    return new KeyedHarness<>(
        harnesses,
        backend,
        () -> new KeyedProcessOperator<>(new RankChangeFunction(PATIENT, "changes")),
        Ranking::dimension,
        Types.STRING);
  }

  private static Ranking ranking(String dimension, int minute, String... items) {
    List<ItemEstimate> estimates = new ArrayList<>();
    for (String item : items) {
      estimates.add(ItemEstimate.exact(item, 100L - estimates.size()));
    }
    long end = minute * 60_000L;
    return new Ranking(dimension, end - 60_000, end, 1_000, 0, 0, estimates);
  }

  private static List<Change> moves(RankedChanges changes) {
    return IntStream.rangeClosed(1, changes.ranking().items().size())
        .mapToObj(changes::change)
        .toList();
  }

  private static void assertOnlyLastRankingsLeft(
      KeyedHarness<String, Ranking, RankedChanges> harness, int dimensions) {
    assertThat(harness.timers()).isZero();
    assertThat(harness.keysWithState(WAITING)).isZero();
    assertThat(harness.keysWithState(PREVIOUS)).isEqualTo(dimensions);
  }

  @ParameterizedTest
  @EnumSource
  void watermark_atTheCloseOfTheWindow_comparesExactlyThen(Backend backend) throws Exception {
    var harness = open(backend);
    harness.process(ranking("page", 1, "a", "b"));
    harness.watermark(64_998);
    assertThat(harness.sent()).isEmpty();
    harness.watermark(64_999);
    assertThat(harness.sent())
        .containsExactly(new RankedChanges(ranking("page", 1, "a", "b"), List.of(0, 0), List.of()));
    assertOnlyLastRankingsLeft(harness, 1);
  }

  @ParameterizedTest
  @EnumSource
  void process_enteredLeftAndMoved_eachIsSaid(Backend backend) throws Exception {
    var harness = open(backend);
    harness.process(ranking("page", 1, "a", "b", "c", "d", "e"));
    harness.process(ranking("page", 2, "a", "c", "b", "x"));
    harness.watermark(Long.MAX_VALUE);
    List<RankedChanges> sent = harness.sent();
    assertThat(moves(sent.get(0))).containsOnly(Change.NEW);
    assertThat(sent.get(1))
        .isEqualTo(
            new RankedChanges(
                ranking("page", 2, "a", "c", "b", "x"), List.of(1, 3, 2, 0), List.of("d", "e")));
    assertThat(moves(sent.get(1))).containsExactly(Change.SAME, Change.UP, Change.DOWN, Change.NEW);
    assertOnlyLastRankingsLeft(harness, 1);
  }

  @ParameterizedTest
  @EnumSource
  void process_rankingsInEitherOrder_areComparedInTheOrderOfTheirWindows(Backend backend)
      throws Exception {
    Ranking first = ranking("page", 1, "a", "b");
    Ranking second = ranking("page", 2, "b", "c");
    Ranking third = ranking("page", 7, "a", "c");
    for (List<Ranking> order :
        List.of(List.of(first, second, third), List.of(third, second, first))) {
      var harness = open(backend);
      for (Ranking each : order) {
        harness.process(each);
      }
      assertThat(harness.timers()).isEqualTo(3);
      harness.watermark(Long.MAX_VALUE);
      assertThat(harness.sent())
          .containsExactly(
              new RankedChanges(first, List.of(0, 0), List.of()),
              new RankedChanges(second, List.of(2, 0), List.of("a")),
              new RankedChanges(third, List.of(0, 2), List.of("b")));
      assertOnlyLastRankingsLeft(harness, 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void process_itemThatComesBack_isNewAgain(Backend backend) throws Exception {
    var harness = open(backend);
    harness.process(ranking("page", 1, "a"));
    harness.process(ranking("page", 2));
    harness.process(ranking("page", 3, "a"));
    harness.watermark(Long.MAX_VALUE);
    assertThat(harness.sent())
        .containsExactly(
            new RankedChanges(ranking("page", 1, "a"), List.of(0), List.of()),
            new RankedChanges(ranking("page", 2), List.of(), List.of("a")),
            new RankedChanges(ranking("page", 3, "a"), List.of(0), List.of()));
  }

  @ParameterizedTest
  @EnumSource
  void process_severalDimensions_areComparedEachByItself(Backend backend) throws Exception {
    var harness = open(backend);
    harness.process(ranking("page", 1, "a", "b"));
    harness.process(ranking("client", 1, "b", "a"));
    harness.process(ranking("page", 2, "a"));
    harness.process(ranking("client", 2, "a"));
    harness.watermark(64_999);
    assertThat(harness.sent()).hasSize(2);
    harness.watermark(Long.MAX_VALUE);
    assertThat(harness.sent())
        .containsExactlyInAnyOrder(
            new RankedChanges(ranking("page", 2, "a"), List.of(1), List.of("b")),
            new RankedChanges(ranking("client", 2, "a"), List.of(2), List.of("b")));
    assertOnlyLastRankingsLeft(harness, 2);
  }

  @ParameterizedTest
  @EnumSource
  void restart_betweenAnyTwoRankings_comparesTheSameOnce(Backend backend) throws Exception {
    var harness = open(backend);
    harness.process(ranking("page", 2, "b", "a"));
    harness.restart();
    harness.process(ranking("page", 1, "a", "b", "c"));
    harness.restart();
    harness.watermark(64_999);
    assertThat(harness.sent()).hasSize(1);
    harness.restart();
    harness.watermark(124_999);
    assertThat(harness.sent())
        .containsExactly(
            new RankedChanges(ranking("page", 2, "b", "a"), List.of(2, 1), List.of("c")));
    harness.restart();
    harness.watermark(Long.MAX_VALUE);
    assertThat(harness.sent()).isEmpty();
    assertOnlyLastRankingsLeft(harness, 1);
  }
}
