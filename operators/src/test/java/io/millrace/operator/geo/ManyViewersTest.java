package io.millrace.operator.geo;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.writeback.WriteBack;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.storage.JobManagerCheckpointStorage;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * An owner with 100,000 viewers beside others with a few. Both operators take turns as two tasks
 * do, record by record: a task can do something else between two calls, but never in one.
 */
final class ManyViewersTest {
  private static final ShareSpec LIVE = new ShareSpec(340, 0, false, true);
  private static final int MANY = 100_000;
  private static final String BIG = "big";

  /** More than a page, so that they are in both tasks too. */
  private static final int SOME = 250;

  private static final String MIDDLE = "middle";
  private static final int OTHERS = 600;
  private static final int FEW = 3;

  /** Of what a task saves. */
  private static final int MOST_BYTES = 100 << 20;

  /** The two tasks. */
  private static final class Tasks implements AutoCloseable {
    private final Deque<OwnerEvent> events = new ArrayDeque<>();
    private final Deque<ShareStep> steps = new ArrayDeque<>();
    private final List<ViewerEvent> told = new ArrayList<>();
    private KeyedOneInputStreamOperatorTestHarness<String, OwnerEvent, ViewerEvent> owners;
    private KeyedOneInputStreamOperatorTestHarness<String, ShareStep, ViewerEvent> audience;
    private int mostInACall;

    Tasks() throws Exception {
      owners = owners(null);
      audience = audience(null);
    }

    private static KeyedOneInputStreamOperatorTestHarness<String, OwnerEvent, ViewerEvent> owners(
        @Nullable OperatorSubtaskState saved) throws Exception {
      var harness =
          new KeyedOneInputStreamOperatorTestHarness<>(
              WriteBack.operator(new OwnerFunction(LIVE), LocationSharing.STATE),
              OwnerEvent::ownerId,
              Types.STRING);
      open(harness, saved);
      return harness;
    }

    private static KeyedOneInputStreamOperatorTestHarness<String, ShareStep, ViewerEvent> audience(
        @Nullable OperatorSubtaskState saved) throws Exception {
      var harness =
          new KeyedOneInputStreamOperatorTestHarness<>(
              WriteBack.operator(new AudienceFunction(), LocationSharing.STATE),
              ShareStep::key,
              Types.STRING);
      open(harness, saved);
      return harness;
    }

    private static void open(
        KeyedOneInputStreamOperatorTestHarness<?, ?, ?> harness,
        @Nullable OperatorSubtaskState saved)
        throws Exception {
      harness.setCheckpointStorage(new JobManagerCheckpointStorage(MOST_BYTES));
      if (saved != null) {
        harness.initializeState(saved);
      }
      harness.open();
    }

    /** Saves both, and goes on from what was saved. */
    void restart() throws Exception {
      OperatorSubtaskState ofOwners = owners.snapshot(1, 1);
      OperatorSubtaskState ofAudience = audience.snapshot(1, 1);
      close();
      owners = owners(ofOwners);
      audience = audience(ofAudience);
    }

    /** Each task does one call after the other, until nothing waits. */
    void run() throws Exception {
      while (!events.isEmpty() || !steps.isEmpty()) {
        OwnerEvent event = events.poll();
        if (event != null) {
          owners.processElement(event, event.at());
          collect();
        }
        ShareStep step = steps.poll();
        if (step != null) {
          audience.processElement(step, step.at());
          collect();
        }
      }
    }

    private void collect() {
      int before = told.size();
      told.addAll(owners.extractOutputValues());
      told.addAll(audience.extractOutputValues());
      mostInACall = Math.max(mostInACall, told.size() - before);
      var passed = owners.getSideOutput(OwnerFunction.PAGES);
      if (passed != null) {
        for (StreamRecord<ShareStep> record = passed.poll();
            record != null;
            record = passed.poll()) {
          steps.add(record.getValue());
        }
      }
      owners.getOutput().clear();
      audience.getOutput().clear();
    }

    @Override
    public void close() {
      try {
        owners.close();
        audience.close();
      } catch (Exception e) {
        throw new IllegalStateException("the operators could not be closed", e);
      }
    }
  }

  private static void share(Tasks tasks, String owner, int viewers) {
    for (int viewer = 0; viewer < viewers; viewer++) {
      tasks.events.add(
          OwnerEvent.granted(
              owner,
              new Grant("grant-" + viewer, viewer(owner, viewer), 100, Grant.NEVER, null, 0)));
    }
  }

  private static String viewer(String owner, int viewer) {
    return owner + "-viewer-" + viewer;
  }

  private static OwnerEvent at(String owner, long at) {
    return OwnerEvent.located(owner, new Position("", at, 0, 0, null, null, null, null, ""));
  }

  @Test
  void manyViewers_areToldOnce_andOthersInBetween() throws Exception {
    try (Tasks tasks = new Tasks()) {
      share(tasks, BIG, MANY);
      share(tasks, MIDDLE, SOME);
      for (int other = 0; other < OTHERS; other++) {
        share(tasks, "other-" + other, FEW);
      }
      tasks.run();
      assertThat(tasks.told).isEmpty();
      tasks.restart();

      Map<String, Integer> viewers = new HashMap<>(Map.of(BIG, MANY, MIDDLE, SOME));
      List<OwnerEvent> reports = new ArrayList<>(List.of(at(BIG, 1_000), at(MIDDLE, 1_001)));
      for (int other = 0; other < OTHERS; other++) {
        viewers.put("other-" + other, FEW);
        reports.add(at("other-" + other, 1_002 + other));
      }
      reports.add(at(MIDDLE, 2_000));
      reports.add(at(BIG, 2_001));
      tasks.events.addAll(reports);
      tasks.run();

      assertThat(tasks.mostInACall).isEqualTo(ShareSpec.PAGE_VIEWERS);
      assertToldOnce(tasks.told, reports, viewers);
      assertOthersInBetween(tasks.told);
    }
  }

  private static void assertToldOnce(
      List<ViewerEvent> told, List<OwnerEvent> reports, Map<String, Integer> viewers) {
    Set<String> expected = new HashSet<>();
    for (OwnerEvent report : reports) {
      int count = Objects.requireNonNull(viewers.get(report.ownerId()));
      for (int viewer = 0; viewer < count; viewer++) {
        expected.add(viewer(report.ownerId(), viewer) + "@" + report.at());
      }
    }
    Map<String, Long> newest = new HashMap<>();
    for (ViewerEvent each : told) {
      // Of those that are expected each is there once, so none may be there twice.
      assertThat(expected.remove(each.viewerId() + "@" + each.at())).as("%s", each).isTrue();
      Long before = newest.put(each.viewerId(), each.at());
      assertThat(before == null || before < each.at()).as("in order").isTrue();
    }
    assertThat(expected).as("never told").isEmpty();
  }

  /** Until all others are told, no more than two pages follow each other. */
  private static void assertOthersInBetween(List<ViewerEvent> told) {
    int lastOther = 0;
    for (int i = 0; i < told.size(); i++) {
      lastOther = told.get(i).ownerId().startsWith("other-") ? i : lastOther;
    }
    int inARow = 0;
    int most = 0;
    for (ViewerEvent each : told.subList(0, lastOther)) {
      inARow = each.ownerId().equals(BIG) ? inARow + 1 : 0;
      most = Math.max(most, inARow);
    }
    assertThat(most)
        .as("viewers of one owner told in a row")
        .isBetween(1, 2 * ShareSpec.PAGE_VIEWERS);
    assertThat(told.get(told.size() - 1).ownerId()).isEqualTo(BIG);
  }
}
