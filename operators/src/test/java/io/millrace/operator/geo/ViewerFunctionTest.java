package io.millrace.operator.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ViewerFunctionTest {
  private final List<KeyedOneInputStreamOperatorTestHarness<?, ?, ?>> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (var harness : opened) {
      harness.close();
    }
  }

  private KeyedOneInputStreamOperatorTestHarness<String, ViewerInput, NearbyAnswer> open(
      boolean inEventTime) throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(
                new ViewerFunction(new ShareSpec(340, 0, inEventTime, !inEventTime))),
            ViewerInput::viewerId,
            Types.STRING);
    opened.add(harness);
    harness.open();
    return harness;
  }

  private static ViewerInput told(String owner, String grant, long at, double longitude) {
    return ViewerInput.news(
        new ViewerEvent("viewer", owner, grant, at, at, 10_000, new Spot(0, longitude, null)));
  }

  private static ViewerInput ended(String owner, String grant, long at) {
    return ViewerInput.news(new ViewerEvent("viewer", owner, grant, at, at, 10_000, null));
  }

  private static ViewerInput asked(String id, long at, double radiusMeters) {
    return ViewerInput.question(new NearbyRequest(id, "viewer", at, 0, 0, radiusMeters));
  }

  private static List<String> owners(NearbyAnswer answer) {
    return answer.found().stream().map(NearbyAnswer.Neighbour::ownerId).toList();
  }

  @Test
  void eventTime_questions_seeWhatWasAllowedAtTheirTime() throws Exception {
    var harness = open(true);
    double degree = Sphere.METERS_PER_DEGREE;
    harness.processElement(asked("c", 3_000, degree), 3_000);
    harness.processElement(asked("b", 2_000, degree), 2_000);
    harness.processElement(asked("late", 20_000, 2 * degree), 20_000);
    harness.processElement(told("near", "g", 2_000, 0.5), 2_000);
    harness.processElement(told("edge", "h", 1_000, 1), 1_000);
    harness.processElement(told("far", "i", 1_000, 1.000_001), 1_000);
    harness.processElement(asked("a", 999, degree), 999);
    harness.processElement(ended("near", "g", 3_000), 3_000);
    harness.processElement(ended("edge", "another", 3_000), 3_000);
    harness.processWatermark(30_000);

    List<NearbyAnswer> answers = harness.extractOutputValues();
    assertThat(answers)
        .extracting(answer -> answer.request().requestId())
        .containsExactly("a", "b", "c", "late");
    assertThat(answers)
        .extracting(ViewerFunctionTest::owners)
        .containsExactly(List.of(), List.of("near", "edge"), List.of("edge"), List.of());
    assertThat(answers.get(1).found().get(0).distanceMeters()).isCloseTo(degree / 2, within(1e-6));
  }

  @Test
  void map_afterChanges_isShownOnceAndEmptyWhenAllHasEnded() throws Exception {
    var harness = open(false);
    harness.processElement(told("one", "g", 1_000, 0.5), 1_000);
    harness.processElement(told("one", "g", 2_000, 0.6), 2_000);
    harness.processElement(told("one", "g", 1_500, 0.7), 1_500);
    harness.setProcessingTime(250);
    harness.processElement(ended("one", "g", 3_000), 3_000);
    harness.setProcessingTime(500);

    List<ViewerMap> maps = new ArrayList<>();
    harness.getSideOutput(ViewerFunction.MAPS).forEach(record -> maps.add(record.getValue()));
    assertThat(maps).hasSize(2);
    assertThat(maps.get(0).seen()).extracting(ViewerEvent::at).containsExactly(2_000L);
    assertThat(maps.get(1).seen()).isEmpty();
    assertThat(maps.get(1).at()).isEqualTo(3_000);
    assertThat(harness.getSideOutput(ViewerFunction.CHANGED)).hasSize(3);
    assertThat(harness.numKeyedStateEntries()).isZero();
    assertThat(harness.numProcessingTimeTimers()).isZero();
  }
}
