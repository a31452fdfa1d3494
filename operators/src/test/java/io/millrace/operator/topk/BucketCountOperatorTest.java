package io.millrace.operator.topk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.operator.sketch.ExactCounts;
import io.millrace.operator.sketch.ItemEstimate;
import io.millrace.operator.sketch.SketchAlgorithm;
import io.millrace.operator.topk.BucketPanes.Pane;
import io.millrace.operator.topk.KeyedHarness.Backend;
import io.millrace.operator.topk.PartialCount.Bucket;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BucketCountOperatorTest {
  private static final PanedWindows MINUTES = new PanedWindows(60_000, 60_000, 0);
  private static final PanedWindows PATIENT = new PanedWindows(60_000, 60_000, 5_000);
  private static final PanedWindows SLIDING = new PanedWindows(60_000, 20_000, 0);
  private static final PanedWindows UNEVEN = new PanedWindows(90_000, 60_000, 0);

  @RegisterExtension final OpenHarnesses harnesses = new OpenHarnesses();

  private KeyedHarness<Bucket, PartialCount, BucketRanking> open(
      Backend backend, PanedWindows windows) throws Exception {
    HeavyHittersSpec spec =
        new HeavyHittersSpec(
            windows, 3, SketchAlgorithm.EXACT, HeavyHittersSpec.DEFAULT_MEMORY_BYTES, 0, 64 << 10);
    return new KeyedHarness<>(
        harnesses,
        backend,
        () -> new BucketCountOperator(spec, "buckets"),
        PartialCount::bucket,
        TypeInformation.of(Bucket.class));
  }

  /** Rankings as {@code "60000 total 3: a=2 b=1"}, by the end of the window. */
  private static List<String> described(List<BucketRanking> rankings) {
    List<String> lines = new ArrayList<>();
    for (BucketRanking ranking : rankings) {
      StringBuilder line =
          new StringBuilder()
              .append(ranking.window().windowEnd())
              .append(" total ")
              .append(ranking.total())
              .append(':');
      for (ItemEstimate item : ranking.items()) {
        line.append(' ').append(item.item()).append('=').append(item.count());
      }
      lines.add(line.toString());
    }
    return lines;
  }

  private static void assertNothingLeft(KeyedHarness<Bucket, PartialCount, BucketRanking> harness)
      throws Exception {
    harness.snapshot();
    assertThat(harness.timers()).isZero();
    assertThat(harness.keysWithState("panes", "pieces", "blocks")).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void watermark_atTheCloseOfTheWindow_ranksExactlyThen(Backend backend) throws Exception {
    var harness = open(backend, PATIENT);
    harness.process(Partials.of(PATIENT, 0, 0, "a", "b", "a"));
    harness.watermark(64_998);
    assertThat(harness.sent()).isEmpty();
    harness.process(Partials.of(PATIENT, 0, 0, "c"));
    harness.watermark(64_999);
    assertThat(described(harness.sent())).containsExactly("60000 total 4: a=2 b=1 c=1");
    assertNothingLeft(harness);
  }

  @ParameterizedTest
  @EnumSource
  void process_panesInEitherOrder_rankTheSame(Backend backend) throws Exception {
    PartialCount early = Partials.of(UNEVEN, 0, 60_000, "a", "b");
    PartialCount lateOne = Partials.of(UNEVEN, 0, 120_000, "b", "c");
    for (List<PartialCount> order : List.of(List.of(early, lateOne), List.of(lateOne, early))) {
      var harness = open(backend, UNEVEN);
      for (PartialCount partial : order) {
        harness.process(partial);
      }
      harness.watermark(Long.MAX_VALUE);
      // The pane at 60 s lies in the windows up to 90 and 150 s, that at 120 s in 150 and 210 s.
      assertThat(described(harness.sent()))
          .containsExactly(
              "90000 total 2: a=1 b=1", "150000 total 4: b=2 a=1 c=1", "210000 total 2: b=1 c=1");
      assertNothingLeft(harness);
    }
  }

  @ParameterizedTest
  @EnumSource
  void process_sparsePanes_onlyWindowsWithCountsAreRanked(Backend backend) throws Exception {
    var harness = open(backend, SLIDING);
    harness.process(Partials.of(SLIDING, 0, 0, "a"));
    harness.process(Partials.of(SLIDING, 0, 200_000, "b"));
    harness.process(Partials.of(SLIDING, 0, -40_000, "c"));
    harness.watermark(Long.MAX_VALUE);
    assertThat(described(harness.sent()))
        .containsExactly(
            "-20000 total 1: c=1",
            "0 total 1: c=1",
            "20000 total 2: a=1 c=1",
            "40000 total 1: a=1",
            "60000 total 1: a=1",
            "220000 total 1: b=1",
            "240000 total 1: b=1",
            "260000 total 1: b=1");
    assertNothingLeft(harness);
  }

  @ParameterizedTest
  @EnumSource
  void process_countsOfLaterWindowsOnly_leaveTheEarlierOnesAlone(Backend backend) throws Exception {
    var harness = open(backend, SLIDING);
    ExactCounts behind = new ExactCounts();
    behind.add("late for the first", 1);
    harness.process(Partials.of(SLIDING, 0, 60_000, "in time"));
    harness.process(Partials.of(0, 60_000, 100_000, behind));
    harness.watermark(79_999);
    assertThat(described(harness.sent())).containsExactly("80000 total 1: in time=1");
    harness.watermark(99_999);
    assertThat(described(harness.sent()))
        .containsExactly("100000 total 2: in time=1 late for the first=1");
    harness.watermark(119_999);
    assertThat(described(harness.sent()))
        .containsExactly("120000 total 2: in time=1 late for the first=1");
    assertNothingLeft(harness);
  }

  @ParameterizedTest
  @EnumSource
  void restart_countsOfAPublishedWindowsPane_doNotPublishItAgain(Backend backend) throws Exception {
    var harness = open(backend, SLIDING);
    harness.process(Partials.of(SLIDING, 0, 60_000, "a"));
    harness.watermark(79_999);
    assertThat(described(harness.sent())).containsExactly("80000 total 1: a=1");
    harness.restart();
    // The watermark starts anew; whoever counts knows that the window up to 80 s is published.
    ExactCounts more = new ExactCounts();
    more.add("b", 1);
    ExactCounts other = new ExactCounts();
    other.add("c", 2);
    harness.process(Partials.of(0, 60_000, 100_000, more));
    harness.process(Partials.of(1, 60_000, 100_000, other));
    harness.watermark(99_999);
    assertThat(described(harness.sent())).containsExactly("100000 total 4: c=2 a=1 b=1");
    harness.watermark(119_999);
    assertThat(described(harness.sent())).hasSize(1);
    assertNothingLeft(harness);
  }

  @ParameterizedTest
  @EnumSource
  void restart_fromTimersOfAFormerVersion_publishesEveryOtherWindowOnce(Backend backend)
      throws Exception {
    HeavyHittersSpec spec =
        new HeavyHittersSpec(
            SLIDING, 3, SketchAlgorithm.EXACT, HeavyHittersSpec.DEFAULT_MEMORY_BYTES, 0, 64 << 10);
    Iterator<OneInputStreamOperator<PartialCount, BucketRanking>> versions =
        List.<OneInputStreamOperator<PartialCount, BucketRanking>>of(
                new KeyedProcessOperator<>(new FormerTimers()),
                new BucketCountOperator(spec, "buckets"),
                new BucketCountOperator(spec, "buckets"))
            .iterator();
    var harness =
        new KeyedHarness<Bucket, PartialCount, BucketRanking>(
            harnesses,
            backend,
            versions::next,
            PartialCount::bucket,
            TypeInformation.of(Bucket.class));
    harness.process(Partials.of(SLIDING, 0, 0, "a"));
    harness.watermark(19_999);
    harness.process(Partials.of(SLIDING, 1, 60_000, "later"));
    harness.restart();
    harness.process(Partials.of(SLIDING, 1, 40_000, "earlier"));
    harness.restart();
    harness.watermark(Long.MAX_VALUE);
    assertThat(described(harness.sent()))
        .containsExactly(
            "40000 total 1: a=1",
            "60000 total 2: a=1 earlier=1",
            "80000 total 2: earlier=1 later=1",
            "100000 total 2: earlier=1 later=1",
            "120000 total 1: later=1");
    assertNothingLeft(harness);
  }

  /** Keeps one pane a bucket, and a timer at the close of its next window, as 0.2.0 did. */
  private static final class FormerTimers
      extends KeyedProcessFunction<Bucket, PartialCount, BucketRanking> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(PartialCount partial, Context context, Collector<BucketRanking> out)
        throws Exception {
      Pane pane =
          new Pane(
              partial.paneStart(),
              partial.firstWindowEnd(),
              1,
              partial.sketch().length,
              0,
              BucketPanes.NO_BLOCK,
              0,
              0);
      getRuntimeContext()
          .getState(BucketCountOperator.PANES)
          .update(BucketPanes.of(List.of(pane), Long.MIN_VALUE));
      getRuntimeContext()
          .getMapState(BucketCountOperator.PIECES)
          .put(pane.piece(0), partial.sketch());
      context.timerService().registerEventTimeTimer(SLIDING.closeTime(partial.firstWindowEnd()));
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<BucketRanking> out) {
      context.timerService().registerEventTimeTimer(time + SLIDING.slideMillis());
    }
  }

  @ParameterizedTest
  @EnumSource
  void process_behindTheWatermark_failsInsteadOfLosingCounts(Backend backend) throws Exception {
    var harness = open(backend, MINUTES);
    harness.watermark(59_999);
    harness.process(Partials.of(MINUTES, 0, 60_000, "a"));
    assertThatThrownBy(() -> harness.process(Partials.of(MINUTES, 0, 0, "a")))
        .hasMessageContaining("the window that ends at 60000")
        .hasMessageContaining("watermark 59999");
  }

  @ParameterizedTest
  @EnumSource
  void process_manyPieces_areMergedAndCountedOnce(Backend backend) throws Exception {
    var harness = open(backend, MINUTES);
    int mostPieces = 0;
    for (int i = 0; i < 2_000; i++) {
      harness.process(Partials.of(MINUTES, 0, 0, "all", "item-" + i, "item-" + i % 7));
      if (i % 20 == 19) {
        harness.snapshot();
      }
      if (i % 100 == 99) {
        int pieces = harness.entries(new Bucket("page", 0), BucketCountOperator.PIECES);
        mostPieces = Math.max(mostPieces, pieces);
      }
    }
    // A piece takes about 60 bytes; merged they take 45,000, and as much again may be appended.
    assertThat(mostPieces).isBetween(2, 900);
    harness.restart();
    harness.process(Partials.of(MINUTES, 0, 0, "all"));
    harness.watermark(59_999);
    // Items 0 to 6 occur 286 or 285 times by the remainder, and once more by their own number.
    assertThat(described(harness.sent()))
        .containsExactly("60000 total 6001: all=2001 item-0=287 item-1=287");
    assertNothingLeft(harness);
  }

  @ParameterizedTest
  @EnumSource
  void restart_atEveryFewRecords_rankingsAreTheSame(Backend backend) throws Exception {
    for (PanedWindows windows : List.of(PATIENT, SLIDING, UNEVEN)) {
      List<String> undisturbed = history(backend, windows, Integer.MAX_VALUE);
      assertThat(undisturbed).hasSizeGreaterThan(4);
      for (int every : backend == Backend.HASHMAP ? new int[] {1, 2, 7} : new int[] {11}) {
        assertThat(history(backend, windows, every)).isEqualTo(undisturbed);
      }
    }
  }

  /** A random history in which no counts are behind the watermark, with restarts. */
  private List<String> history(Backend backend, PanedWindows windows, int restartEvery)
      throws Exception {
    Random random = new Random(7);
    var harness = open(backend, windows);
    List<String> lines = new ArrayList<>();
    long watermark = -100_000;
    for (int i = 1; i <= 60; i++) {
      int bucket = random.nextInt(3);
      long pane = windows.paneStart(watermark + 1 + random.nextInt(90_000));
      harness.process(Partials.of(windows, bucket, pane, "item-" + bucket + random.nextInt(5)));
      if (random.nextInt(4) == 0) {
        watermark += random.nextInt(30_000);
        harness.watermark(watermark);
      }
      lines.addAll(described(harness.sent()));
      if (i % restartEvery == 0) {
        harness.restart();
      }
    }
    harness.watermark(Long.MAX_VALUE);
    lines.addAll(described(harness.sent()));
    assertNothingLeft(harness);
    lines.sort(null);
    return lines;
  }
}
