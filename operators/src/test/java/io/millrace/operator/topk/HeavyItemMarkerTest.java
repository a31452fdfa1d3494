package io.millrace.operator.topk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.sketch.ItemEstimate;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithNonKeyedOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class HeavyItemMarkerTest {
  private static final TypeInformation<Tuple2<String, String>> EVENT =
      Types.TUPLE(Types.STRING, Types.STRING);
  private static final OutputTag<Tuple2<Tuple2<String, String>, HeavyItem>> HEAVY =
      HeavyItemMarker.heavy(EVENT);

  @RegisterExtension final OpenHarnesses harnesses = new OpenHarnesses();

  private TwoInputStreamOperatorTestHarness<Tuple2<String, String>, Ranking, Tuple2<String, String>>
      open(@Nullable OperatorSubtaskState restored) throws Exception {
    List<Dimension<Tuple2<String, String>>> dimensions =
        List.of(Dimension.of("page", event -> event.f0), Dimension.of("client", event -> event.f1));
    var harness =
        harnesses.add(
            new TwoInputStreamOperatorTestHarness<>(
                new CoBroadcastWithNonKeyedOperator<>(
                    new HeavyItemMarker<>(dimensions, HEAVY), List.of(HeavyItemMarker.LATEST))));
    if (restored != null) {
      harness.initializeState(restored);
    }
    harness.open();
    return harness;
  }

  private static StreamRecord<Ranking> ranking(String dimension, long windowEnd, String... items) {
    List<ItemEstimate> estimates = new ArrayList<>();
    for (String item : items) {
      estimates.add(ItemEstimate.exact(item, 10L - estimates.size()));
    }
    return new StreamRecord<>(new Ranking(dimension, 0, windowEnd, 99, 0, 0, estimates));
  }

  private static StreamRecord<Tuple2<String, String>> event(String page, String client) {
    return new StreamRecord<>(Tuple2.of(page, client), 7);
  }

  private static List<HeavyItem> marks(
      TwoInputStreamOperatorTestHarness<?, ?, Tuple2<String, String>> harness) {
    List<HeavyItem> marks = new ArrayList<>();
    var records = harness.getSideOutput(HEAVY);
    if (records != null) {
      records.forEach(each -> marks.add(each.getValue().f1));
      records.clear();
    }
    return marks;
  }

  private static HeavyItem mark(String dimension, long end, int rank, String item, long count) {
    return new HeavyItem(dimension, end, rank, ItemEstimate.exact(item, count));
  }

  @Test
  void event_withHeavyItems_isPassedOnAndMarkedOnceADimension() throws Exception {
    var harness = open(null);
    harness.processElement1(event("/a", "c"));
    assertThat(marks(harness)).as("before the first ranking").isEmpty();

    harness.processElement2(ranking("page", 60, "/b", "/a"));
    harness.processElement2(ranking("client", 60, "c"));
    harness.processElement2(ranking("status", 60, "/a"));
    harness.processElement1(event("/a", "c"));
    harness.processElement1(event("/c", "d"));
    assertThat(marks(harness))
        .containsExactly(mark("page", 60, 2, "/a", 9), mark("client", 60, 1, "c", 10));
    assertThat(harness.getOutput())
        .containsExactly(event("/a", "c"), event("/a", "c"), event("/c", "d"));
  }

  @Test
  void rankings_inEitherOrder_theLaterWindowCounts() throws Exception {
    StreamRecord<Ranking> earlier = ranking("page", 60, "/a");
    StreamRecord<Ranking> later = ranking("page", 120, "/b");
    for (var order : List.of(List.of(earlier, later), List.of(later, earlier))) {
      var harness = open(null);
      for (StreamRecord<Ranking> each : order) {
        harness.processElement2(each);
      }
      harness.processElement1(event("/a", "c"));
      harness.processElement1(event("/b", "c"));
      assertThat(marks(harness)).containsExactly(mark("page", 120, 1, "/b", 10));
    }
  }

  @Test
  void ranking_thatReplacesAnother_marksOnlyItsOwnItems() throws Exception {
    var harness = open(null);
    harness.processElement2(ranking("page", 60, "/a"));
    harness.processElement1(event("/a", "c"));
    assertThat(marks(harness)).hasSize(1);
    harness.processElement2(ranking("page", 120, "/b"));
    harness.processElement1(event("/a", "c"));
    assertThat(marks(harness)).isEmpty();
    harness.processElement1(event("/b", "c"));
    assertThat(marks(harness)).containsExactly(mark("page", 120, 1, "/b", 10));
  }

  @Test
  void restore_marksAsBefore() throws Exception {
    var harness = open(null);
    harness.processElement2(ranking("page", 60, "/a"));
    OperatorSubtaskState state = harness.snapshot(1, 1);
    var restored = open(state);
    restored.processElement2(ranking("client", 60, "c"));
    restored.processElement1(event("/a", "c"));
    assertThat(marks(restored))
        .containsExactly(mark("page", 60, 1, "/a", 10), mark("client", 60, 1, "c", 10));
  }
}
