package io.millrace.operator.geo;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.geo.NearbyAnswer.Neighbour;
import io.millrace.operator.writeback.WriteBack;
import io.millrace.operator.writeback.WriteBackSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Viewers who see many more owners than are kept in one value, against a map of each. */
final class SeenOwnersTest {
  private static final ShareSpec LIVE = new ShareSpec(340, 0, false, true);

  /** So few objects that values come and go. */
  private static final WriteBackSpec STATE = WriteBackSpec.DEFAULT.withObjects(2);

  private static final int VIEWERS = 4;
  private static final int OWNERS = 90;
  private static final int STEPS = 4_000;
  private static final double EVERYWHERE = 20_100_000;

  /** Where the values are beneath. */
  enum Beneath implements Supplier<StateBackend> {
    HASHMAP {
      @Override
      public StateBackend get() {
        return new HashMapStateBackend();
      }
    },
    ROCKSDB {
      @Override
      public StateBackend get() {
        return new EmbeddedRocksDBStateBackend(false);
      }
    }
  }

  /** The operator, and what each of its viewers sees. */
  private static final class Viewers implements AutoCloseable {
    private final Beneath beneath;
    private final List<TreeMap<String, Long>> expected = new ArrayList<>();
    private KeyedOneInputStreamOperatorTestHarness<String, ViewerInput, NearbyAnswer> harness;
    private long now;

    Viewers(Beneath beneath) throws Exception {
      this.beneath = beneath;
      harness = opened(null);
      for (int viewer = 0; viewer < VIEWERS; viewer++) {
        expected.add(new TreeMap<>());
      }
    }

    private KeyedOneInputStreamOperatorTestHarness<String, ViewerInput, NearbyAnswer> opened(
        @Nullable OperatorSubtaskState saved) throws Exception {
      var opened =
          new KeyedOneInputStreamOperatorTestHarness<>(
              WriteBack.operator(new ViewerFunction(LIVE), STATE),
              ViewerInput::viewerId,
              Types.STRING);
      opened.setStateBackend(beneath.get());
      if (saved != null) {
        opened.initializeState(saved);
      }
      opened.open();
      return opened;
    }

    /** Goes on from what was saved. */
    void restart() throws Exception {
      OperatorSubtaskState saved = harness.snapshot(1, 1);
      harness.close();
      harness = opened(saved);
    }

    private void happen(int viewer, int owner, @Nullable Spot spot) throws Exception {
      ViewerEvent event =
          new ViewerEvent(
              "viewer-" + viewer,
              "owner-" + owner,
              "grant-" + owner,
              ++now,
              now,
              Grant.NEVER,
              spot);
      harness.processElement(ViewerInput.news(event), now);
    }

    void tell(int viewer, int owner) throws Exception {
      happen(viewer, owner, new Spot(owner / 10.0, viewer, null));
      expected.get(viewer).put("owner-" + owner, now);
    }

    /** Ends a grant, which may have shown nothing. */
    void end(int viewer, int owner) throws Exception {
      happen(viewer, owner, null);
      expected.get(viewer).remove("owner-" + owner);
    }

    void assertSeen(int viewer) throws Exception {
      harness.getOutput().clear();
      harness.processElement(
          ViewerInput.question(new NearbyRequest("q", "viewer-" + viewer, now, 0, 0, EVERYWHERE)),
          now);
      TreeMap<String, Long> found = new TreeMap<>();
      for (NearbyAnswer answer : harness.extractOutputValues()) {
        assertThat(answer.found()).isSortedAccordingTo(ViewerFunction.NEAREST);
        for (Neighbour each : answer.found()) {
          assertThat(found.put(each.ownerId(), each.at())).as(each.ownerId()).isNull();
        }
      }
      assertThat(found).isEqualTo(expected.get(viewer));
    }

    int most() {
      return expected.stream().mapToInt(TreeMap::size).max().orElse(0);
    }

    @Override
    public void close() {
      try {
        harness.close();
      } catch (Exception e) {
        throw new IllegalStateException("the operator could not be closed", e);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anyChanges_ofManyOwners_areSeenAsInAMap(Beneath beneath) throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    try (Viewers viewers = new Viewers(beneath)) {
      int most = 0;
      for (int step = 0; step < STEPS; step++) {
        int viewer = random.nextInt(VIEWERS);
        int owner = random.nextInt(OWNERS);
        // Owners become more, then fewer, and more again.
        boolean grows = step / (STEPS / 4) % 2 == 0;
        if (random.nextInt(10) < (grows ? 8 : 3)) {
          viewers.tell(viewer, owner);
        } else {
          viewers.end(viewer, owner);
        }
        if (step % 10 == 0) {
          viewers.assertSeen(viewer);
        }
        if (step % 700 == 0) {
          viewers.restart();
        }
        most = Math.max(most, viewers.most());
      }
      assertThat(most).as("owners of one viewer").isGreaterThan(2 * SeenOwners.FEW);
      for (int viewer = 0; viewer < VIEWERS; viewer++) {
        viewers.assertSeen(viewer);
        for (int owner = 0; owner < OWNERS; owner++) {
          viewers.end(viewer, owner);
        }
        viewers.assertSeen(viewer);
      }
      viewers.harness.setProcessingTime(1_000);
      viewers.harness.snapshot(2, 2);
      if (beneath == Beneath.HASHMAP) {
        // RocksDB can't be asked.
        assertThat(viewers.harness.numKeyedStateEntries()).isZero();
      }
      assertThat(viewers.harness.numProcessingTimeTimers()).isZero();
    }
  }
}
