package io.millrace.operator.topk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.sketch.ItemEstimate;
import io.millrace.operator.sketch.SketchAlgorithm;
import io.millrace.operator.topk.BucketRanking.RankedWindow;
import io.millrace.operator.topk.KeyedHarness.Backend;
import io.millrace.operator.window.PanedWindows;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RankingFunctionTest {
  private static final PanedWindows PATIENT = new PanedWindows(60_000, 20_000, 5_000);

  @RegisterExtension final OpenHarnesses harnesses = new OpenHarnesses();

  private KeyedHarness<RankedWindow, BucketRanking, Ranking> open(Backend backend)
      throws Exception {
    HeavyHittersSpec spec =
        new HeavyHittersSpec(
            PATIENT, 3, SketchAlgorithm.EXACT, HeavyHittersSpec.DEFAULT_MEMORY_BYTES, 0, 64 << 10);
    return new KeyedHarness<>(
        harnesses,
        backend,
        () -> new KeyedProcessOperator<>(new RankingFunction(spec, "ranking")),
        BucketRanking::window,
        TypeInformation.of(RankedWindow.class));
  }

  private static BucketRanking bucket(
      String dimension, long windowEnd, long total, ItemEstimate... items) {
    return new BucketRanking(new RankedWindow(dimension, windowEnd), total, 0, 0, List.of(items));
  }

  private static ItemEstimate item(String item, long count) {
    return ItemEstimate.exact(item, count);
  }

  private static void assertNothingLeft(
      KeyedHarness<RankedWindow, BucketRanking, Ranking> harness) {
    assertThat(harness.timers()).isZero();
    assertThat(harness.keysWithState("bucket-rankings")).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void watermark_atTheCloseOfTheWindow_publishesExactlyThen(Backend backend) throws Exception {
    var harness = open(backend);
    harness.process(bucket("page", 60_000, 10, item("a", 6), item("d", 4)));
    harness.process(bucket("page", 60_000, 9, item("c", 5), item("b", 4)));
    harness.watermark(64_998);
    assertThat(harness.sent()).isEmpty();
    harness.watermark(64_999);
    assertThat(harness.sent())
        .containsExactly(
            new Ranking(
                "page", 0, 60_000, 19, 0, 4, List.of(item("a", 6), item("c", 5), item("b", 4))));
    assertNothingLeft(harness);
  }

  @ParameterizedTest
  @EnumSource
  void process_bucketsInEitherOrder_publishTheSame(Backend backend) throws Exception {
    BucketRanking one = bucket("page", 80_000, 2, item("b", 1), item("z", 1));
    BucketRanking other = bucket("page", 80_000, 2, item("a", 1), item("c", 1));
    for (List<BucketRanking> order : List.of(List.of(one, other), List.of(other, one))) {
      var harness = open(backend);
      for (BucketRanking each : order) {
        harness.process(each);
      }
      harness.watermark(Long.MAX_VALUE);
      assertThat(harness.sent())
          .containsExactly(
              new Ranking(
                  "page",
                  20_000,
                  80_000,
                  4,
                  0,
                  1,
                  List.of(item("a", 1), item("b", 1), item("c", 1))));
      assertNothingLeft(harness);
    }
  }

  @ParameterizedTest
  @EnumSource
  void process_severalDimensionsAndWindows_eachIsPublishedByItself(Backend backend)
      throws Exception {
    var harness = open(backend);
    harness.process(bucket("page", 60_000, 1, item("a", 1)));
    harness.process(bucket("client", 60_000, 2, item("a", 2)));
    harness.process(bucket("page", 80_000, 3, item("a", 3)));
    harness.process(bucket("page", 0, 4, item("a", 4)));
    assertThat(harness.timers()).isEqualTo(4);
    harness.watermark(64_999);
    assertThat(harness.sent())
        .containsExactlyInAnyOrder(
            new Ranking("page", -60_000, 0, 4, 0, 0, List.of(item("a", 4))),
            new Ranking("page", 0, 60_000, 1, 0, 0, List.of(item("a", 1))),
            new Ranking("client", 0, 60_000, 2, 0, 0, List.of(item("a", 2))));
    harness.watermark(84_999);
    assertThat(harness.sent())
        .containsExactly(new Ranking("page", 20_000, 80_000, 3, 0, 0, List.of(item("a", 3))));
    assertNothingLeft(harness);
  }

  @ParameterizedTest
  @EnumSource
  void process_totalsBeyondLong_stayAtTheGreatestAndErrorsAreTheLargest(Backend backend)
      throws Exception {
    var harness = open(backend);
    RankedWindow window = new RankedWindow("page", 60_000);
    harness.process(new BucketRanking(window, Long.MAX_VALUE, 5, 6, List.of(item("a", 1))));
    harness.process(new BucketRanking(window, 1, 7, 3, List.of(item("b", 1))));
    harness.watermark(Long.MAX_VALUE);
    assertThat(harness.sent())
        .containsExactly(
            new Ranking(
                "page", 0, 60_000, Long.MAX_VALUE, 7, 6, List.of(item("a", 1), item("b", 1))));
  }

  @ParameterizedTest
  @EnumSource
  void restart_betweenBuckets_publishesTheSameOnce(Backend backend) throws Exception {
    var harness = open(backend);
    for (int i = 0; i < 20; i++) {
      harness.process(bucket("page", 60_000, i, item("item-" + i, i)));
      harness.restart();
    }
    harness.watermark(64_999);
    assertThat(harness.sent())
        .containsExactly(
            new Ranking(
                "page",
                0,
                60_000,
                190,
                0,
                16,
                List.of(item("item-19", 19), item("item-18", 18), item("item-17", 17))));
    harness.restart();
    harness.watermark(Long.MAX_VALUE);
    assertThat(harness.sent()).isEmpty();
    assertNothingLeft(harness);
  }
}
