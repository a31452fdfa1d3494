package io.millrace.operator.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LiveViewFunctionTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long V = NOW * 1024;

  /** Every change at once. */
  private static final LiveViewSpec AT_ONCE = new LiveViewSpec(10_000, 0);

  private final List<KeyedOneInputStreamOperatorTestHarness<?, ?, ?>> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (var harness : opened) {
      harness.close();
    }
  }

  private KeyedOneInputStreamOperatorTestHarness<String, ViewContents, LiveChange> open(
      String backend, long now, @Nullable OperatorSubtaskState restored) throws Exception {
    return open(AT_ONCE, backend, now, restored);
  }

  private KeyedOneInputStreamOperatorTestHarness<String, ViewContents, LiveChange> open(
      LiveViewSpec spec, String backend, long now, @Nullable OperatorSubtaskState restored)
      throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(new LiveViewFunction(spec, "live")),
            ViewContents::view,
            Types.STRING);
    opened.add(harness);
    harness.setStateBackend(backend(backend));
    harness.setProcessingTime(now);
    if (restored != null) {
      harness.initializeState(restored);
    }
    harness.open();
    return harness;
  }

  private static StateBackend backend(String name) {
    return name.equals("rocksdb")
        ? new EmbeddedRocksDBStateBackend(false)
        : new HashMapStateBackend();
  }

  private static ViewContents contents(String view, long at, String... idsAndData) {
    List<ViewContents.Row> rows = new ArrayList<>();
    for (int i = 0; i < idsAndData.length; i += 2) {
      rows.add(new ViewContents.Row(idsAndData[i], idsAndData[i + 1]));
    }
    return new ViewContents(view, at, rows);
  }

  private static LiveChange change(
      String row, long version, long snapshot, long at, @Nullable String data) {
    return new LiveChange("page", row, version, String.valueOf(snapshot), at, data);
  }

  private static LiveChange heartbeat(long version, long snapshot, long at, int rows) {
    return new LiveChange(
        "_heartbeat", "page", version, String.valueOf(snapshot), at, "{\"rows\":" + rows + "}");
  }

  private static List<LiveChange> sent(
      KeyedOneInputStreamOperatorTestHarness<String, ViewContents, LiveChange> harness) {
    List<LiveChange> sent = List.copyOf(harness.extractOutputValues());
    harness.getOutput().clear();
    return sent;
  }

  private static void send(
      KeyedOneInputStreamOperatorTestHarness<String, ViewContents, LiveChange> harness,
      ViewContents contents)
      throws Exception {
    harness.processElement(contents, Long.MIN_VALUE);
  }

  private static void assertNothingLeft(
      KeyedOneInputStreamOperatorTestHarness<String, ViewContents, LiveChange> harness) {
    KeyedStateBackend<String> state =
        ((AbstractStreamOperator<?>) harness.getOperator()).getKeyedStateBackend();
    assertThat(state).isNotNull();
    assertThat(state.<VoidNamespace>getKeys("view", VoidNamespace.INSTANCE)).isEmpty();
    assertThat(state.<VoidNamespace>getKeys("view-rows", VoidNamespace.INSTANCE)).isEmpty();
    assertThat(state.<VoidNamespace>getKeys("waiting-contents", VoidNamespace.INSTANCE)).isEmpty();
    assertThat(harness.numEventTimeTimers()).isZero();
    assertThat(harness.numProcessingTimeTimers()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void contents_first_areASnapshotThenOnlyChangesAreSent(String backend) throws Exception {
    var harness = open(backend, NOW, null);
    send(harness, contents("page", 60, "b", "2", "a", "1"));
    assertThat(sent(harness))
        .containsExactly(
            change("a", V, V, 60, "1"), change("b", V + 1, V, 60, "2"), heartbeat(V + 2, V, 60, 2));

    send(harness, contents("page", 120, "b", "3", "a", "1", "c", "4"));
    assertThat(sent(harness))
        .containsExactly(change("b", V + 3, V, 120, "3"), change("c", V + 4, V, 120, "4"));

    harness.setProcessingTime(NOW + 1);
    send(harness, contents("page", 180, "c", "4"));
    long later = V + 1024;
    assertThat(sent(harness))
        .containsExactly(change("a", later, V, 180, null), change("b", later + 1, V, 180, null));

    send(harness, contents("page", 180, "c", "4"));
    assertThat(sent(harness)).as("contents that come twice change nothing").isEmpty();
    assertThat(harness.numProcessingTimeTimers()).isEqualTo(1);
    assertThat(harness.numEventTimeTimers()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void contents_fasterThanChangesMayBe_areSentOnceTheirTimeHasCome(String backend)
      throws Exception {
    var before = open(LiveViewSpec.DEFAULT, backend, NOW, null);
    send(before, contents("page", 60, "a", "1"));
    sent(before);

    before.setProcessingTime(NOW + 249);
    send(before, contents("page", 120, "a", "2"));
    send(before, contents("page", 180, "a", "3", "b", "1"));
    assertThat(sent(before)).isEmpty();

    var after = open(LiveViewSpec.DEFAULT, backend, NOW + 249, before.snapshot(1, 1));
    after.setProcessingTime(NOW + 250);
    long then = V + 250 * 1024;
    assertThat(sent(after))
        .as("the last of them, after a restore too")
        .containsExactly(change("a", then, V, 180, "3"), change("b", then + 1, V, 180, "1"));

    after.setProcessingTime(NOW + 500);
    send(after, contents("page", 240, "b", "1"));
    assertThat(sent(after))
        .as("at once where none came before")
        .containsExactly(change("a", V + 500 * 1024, V, 240, null));
    assertThat(after.numProcessingTimeTimers()).isEqualTo(1);
  }

  @Test
  void contents_afterTheClockWasSetBack_replaceThoseThatWait() throws Exception {
    var before = open(LiveViewSpec.DEFAULT, "rocksdb", NOW, null);
    send(before, contents("page", 60, "a", "1"));
    send(before, contents("page", 120, "a", "2"));
    var after = open(LiveViewSpec.DEFAULT, "rocksdb", NOW - 3_600_000, before.snapshot(1, 1));

    send(after, contents("page", 180, "a", "3"));

    assertThat(sent(after)).containsExactly(change("a", V + 2, V, 180, "3"));
    after.setProcessingTime(NOW + 200);
    assertThat(sent(after)).isEmpty();
    after.processWatermark(Long.MAX_VALUE);
    assertNothingLeft(after);
  }

  @Test
  void endOfInput_contentsThatWait_areInTheLastSnapshot() throws Exception {
    var harness = open(LiveViewSpec.DEFAULT, "rocksdb", NOW, null);
    send(harness, contents("page", 60, "a", "1"));
    send(harness, contents("page", 120, "b", "2"));
    sent(harness);

    harness.processWatermark(Long.MAX_VALUE);

    assertThat(sent(harness))
        .containsExactly(
            change("b", V + 2, V, 120, "2"),
            change("a", V + 3, V, 120, null),
            change("b", V + 4, V + 4, 120, "2"),
            heartbeat(V + 5, V + 4, 120, 1));
    assertNothingLeft(harness);
  }

  @Test
  void endOfInput_snapshotThatIsDueButHasNotFired_leavesNoTimer() throws Exception {
    var before = open(LiveViewSpec.DEFAULT, "rocksdb", NOW, null);
    send(before, contents("page", 60, "a", "1"));
    var after = open(LiveViewSpec.DEFAULT, "rocksdb", NOW + 11_000, before.snapshot(1, 1));

    after.processWatermark(Long.MAX_VALUE);

    long at = V + 11_000 * 1024;
    assertThat(sent(after))
        .containsExactly(change("a", at, at, 60, "1"), heartbeat(at + 1, at, 60, 1));
    assertNothingLeft(after);
    after.setProcessingTime(NOW + 60_000);
    assertThat(sent(after)).isEmpty();
  }

  @Test
  void contents_whoseTimeIsTheSnapshots_leaveItsTimer() throws Exception {
    LiveViewSpec spec = new LiveViewSpec(10, 10);
    var before = open(spec, "rocksdb", NOW, null);
    send(before, contents("page", 60, "a", "1"));
    send(before, contents("page", 120, "a", "2"));
    var after = open(spec, "rocksdb", NOW + 10, before.snapshot(1, 1));
    long then = V + 10 * 1024;

    send(after, contents("page", 180, "a", "3"));
    assertThat(sent(after)).containsExactly(change("a", then, V, 180, "3"));

    after.setProcessingTime(NOW + 11);
    long next = then + 1024;
    assertThat(sent(after))
        .containsExactly(change("a", next, next, 180, "3"), heartbeat(next + 1, next, 180, 1));
  }

  @Test
  void clock_snapshotDueWhileContentsWait_comesFirst() throws Exception {
    var harness = open(new LiveViewSpec(10, 100), "hashmap", NOW, null);
    send(harness, contents("page", 60, "a", "1"));
    send(harness, contents("page", 120, "a", "2"));
    sent(harness);

    harness.setProcessingTime(NOW + 10);
    long next = V + 10 * 1024;
    assertThat(sent(harness))
        .containsExactly(change("a", next, next, 60, "1"), heartbeat(next + 1, next, 60, 1));
    harness.setProcessingTime(NOW + 100);
    long then = V + 100 * 1024;
    assertThat(sent(harness))
        .containsExactly(
            change("a", then, then, 60, "1"),
            heartbeat(then + 1, then, 60, 1),
            change("a", then + 2, then, 120, "2"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void clock_everyTenSeconds_sendsAllRowsWithOneSnapshotId(String backend) throws Exception {
    var harness = open(backend, NOW, null);
    send(harness, contents("page", 60, "a", "1"));
    send(harness, contents("page", 120, "a", "1", "b", "2"));
    sent(harness);
    harness.setProcessingTime(NOW + 9_999);
    assertThat(sent(harness)).isEmpty();
    for (int n = 1; n <= 3; n++) {
      harness.setProcessingTime(NOW + 10_000L * n);
      long at = V + 10_000L * n * 1024;
      assertThat(sent(harness))
          .containsExactly(
              change("a", at, at, 120, "1"),
              change("b", at + 1, at, 120, "2"),
              heartbeat(at + 2, at, 120, 2));
      assertThat(harness.numProcessingTimeTimers()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void contents_ofSeveralViews_haveTheirOwnRowsVersionsAndTimers(String backend) throws Exception {
    ViewContents page = contents("page", 60, "x", "1");
    ViewContents client = contents("client", 60, "x", "2");
    for (List<ViewContents> order : List.of(List.of(page, client), List.of(client, page))) {
      var harness = open(backend, NOW, null);
      for (ViewContents each : order) {
        send(harness, each);
      }
      assertThat(sent(harness))
          .contains(
              change("x", V, V, 60, "1"),
              new LiveChange("client", "x", V, String.valueOf(V), 60, "2"))
          .hasSize(4);
      assertThat(harness.numProcessingTimeTimers()).isEqualTo(2);
      harness.setProcessingTime(NOW + 10_000);
      assertThat(sent(harness)).hasSize(4);
    }
  }

  /**
   * Whatever is restored, a reader that drops versions it has seen ends with the rows there are.
   */
  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void restore_ofAnOlderSnapshot_versionsStillRise(String backend) throws Exception {
    var harness = open(backend, NOW, null);
    send(harness, contents("page", 60, "a", "1", "b", "1"));
    OperatorSubtaskState older = harness.snapshot(1, 1);
    send(harness, contents("page", 120, "a", "2", "c", "2"));
    send(harness, contents("page", 180, "a", "3", "d", "3"));
    Map<String, Long> seen = new HashMap<>();
    sent(harness).forEach(change -> seen.merge(change.row(), change.version(), Math::max));

    var restored = open(backend, NOW + 5, older);
    send(restored, contents("page", 120, "a", "2", "c", "2"));
    List<LiveChange> again = sent(restored);
    assertThat(again)
        .extracting(change -> change.row() + "=" + change.data())
        .containsExactly("a=2", "c=2", "b=null");
    assertThat(again)
        .allSatisfy(
            change ->
                assertThat(change.version()).isGreaterThan(seen.getOrDefault(change.row(), 0L)));

    // The clock is set back by an hour: state alone lets versions rise.
    OperatorSubtaskState newer = restored.snapshot(2, 2);
    var back = open(backend, NOW - 3_600_000, newer);
    send(back, contents("page", 180, "a", "3"));
    long last = again.get(again.size() - 1).version();
    assertThat(sent(back)).extracting(LiveChange::version).containsExactly(last + 1, last + 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void restore_afterTheSnapshotWasDue_sendsItOnceAndGoesOn(String backend) throws Exception {
    var harness = open(backend, NOW, null);
    send(harness, contents("page", 60, "a", "1"));
    OperatorSubtaskState state = harness.snapshot(1, 1);
    var restored = open(backend, NOW, state);
    restored.setProcessingTime(NOW + 60_000);
    long at = V + 60_000L * 1024;
    assertThat(sent(restored))
        .containsExactly(change("a", at, at, 60, "1"), heartbeat(at + 1, at, 60, 1));
    restored.setProcessingTime(NOW + 70_000);
    assertThat(sent(restored)).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void endOfInput_sendsALastSnapshotAndNothingIsLeft(String backend) throws Exception {
    var harness = open(backend, NOW, null);
    send(harness, contents("page", 60, "a", "1"));
    sent(harness);
    harness.setProcessingTime(NOW + 1_000);
    harness.processWatermark(Long.MAX_VALUE - 1);
    assertThat(sent(harness)).isEmpty();
    harness.processWatermark(Long.MAX_VALUE);
    long at = V + 1_024_000;
    assertThat(sent(harness))
        .containsExactly(change("a", at, at, 60, "1"), heartbeat(at + 1, at, 60, 1));
    assertNothingLeft(harness);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void contents_withoutRows_theViewIsForgottenWithItsHeartbeat(String backend) throws Exception {
    var harness = open(backend, NOW, null);
    send(harness, contents("page", 60));
    assertThat(sent(harness)).as("a view that never was").isEmpty();
    assertNothingLeft(harness);

    send(harness, contents("page", 60, "a", "1"));
    send(harness, contents("page", 120));
    sent(harness);
    harness.setProcessingTime(NOW + 10_000);
    assertThat(sent(harness))
        .containsExactly(
            new LiveChange("_heartbeat", "page", V + 10_240_000, String.valueOf(V), 120, null));
    assertNothingLeft(harness);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void contents_aRowThatComesBack_isSentAgain(String backend) throws Exception {
    var harness = open(backend, NOW, null);
    send(harness, contents("page", 60, "a", "1", "b", "1"));
    send(harness, contents("page", 120, "b", "1"));
    send(harness, contents("page", 180, "b", "1", "a", "1"));
    List<LiveChange> sent = sent(harness);
    assertThat(sent.subList(3, 5))
        .containsExactly(change("a", V + 3, V, 120, null), change("a", V + 4, V, 180, "1"));
  }

  @Test
  void view_nameOfTheLane_isRefused() {
    assertThatThrownBy(() -> contents("_heartbeat", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must not start with _");
  }
}
