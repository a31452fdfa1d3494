package io.millrace.operator.reconcile;

import static io.millrace.operator.reconcile.Desk.DAY;
import static io.millrace.operator.reconcile.Desk.HOUR;
import static io.millrace.operator.reconcile.Desk.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.reconcile.PairRule.Stage;
import io.millrace.operator.state.KeyGroupKeys;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The operator over a stream, with restarts. */
@SuppressWarnings("try") // A harness declares that close may be interrupted.
class ReconcileFunctionTest {
  private static final ReconcileSpec SPEC = new ReconcileSpec(DAY, true, ReconcileSpec.AT_END);
  private static final ReconcileSpec FORGETFUL = new ReconcileSpec(0, true, ReconcileSpec.AT_END);
  private static final int MAX_PARALLELISM = 128;

  private ReconcileSpec spec = SPEC;
  private final List<String> matches = new ArrayList<>();
  private final TreeMap<String, PairBreak> breaks = new TreeMap<>();
  private final List<String> open = new ArrayList<>();
  private final List<String> matchedIds = new ArrayList<>();
  private int balance;

  private static ReconcileFunctionTest with(ReconcileSpec spec) {
    ReconcileFunctionTest test = new ReconcileFunctionTest();
    test.spec = spec;
    return test;
  }

  private KeyedOneInputStreamOperatorTestHarness<Long, Routed, ReconciledMatch> harness(
      boolean onHeap, @Nullable OperatorSubtaskState state) throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<Long, Routed, ReconciledMatch>(
            new KeyedProcessOperator<>(new ReconcileFunction(spec, false, "reconciled")),
            Routed::key,
            Types.LONG,
            MAX_PARALLELISM,
            1,
            0);
    harness.setStateBackend(
        onHeap ? new HashMapStateBackend() : new EmbeddedRocksDBStateBackend(false));
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
    return harness;
  }

  private static KeyedOneInputStreamOperatorTestHarness<Long, Routed, ReconciledMatch>
      harnessInArrivalOrder() throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<Long, Routed, ReconciledMatch>(
            new KeyedProcessOperator<>(
                new ReconcileFunction(
                    new ReconcileSpec(DAY, false, ReconcileSpec.AT_END), false, "reconciled")),
            Routed::key,
            Types.LONG);
    harness.open();
    return harness;
  }

  private static Routed routed(Notice notice) {
    return new Routed(KeyGroupKeys.at(0), null, notice);
  }

  private static Routed routed(LedgerEntry entry) {
    return new Routed(entry.route(), Waiting.of(entry, ""), null);
  }

  private static Notice rule() {
    Stage exact = Desk.stage(StageKind.EXACT, 0, 0);
    Stage tolerance = Desk.stage(StageKind.TOLERANCE, 2, 0);
    return Notice.of(
        new PairRule("r", 1, 0, "left", "right", List.of(exact, tolerance), HOUR, false));
  }

  private static List<LedgerEntry> history(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<LedgerEntry> entries = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      long at = random.nextLong(8 * HOUR);
      long amount = 100 + random.nextLong(3);
      String reference = "ref-" + random.nextInt(25);
      entries.add(
          new LedgerEntry(
              "e" + i,
              random.nextBoolean() ? "left" : "right",
              reference,
              START + at,
              0,
              amount,
              random.nextInt(10) == 0 ? "USD" : "EUR",
              ""));
    }
    entries.sort(LedgerEntry.ORDER);
    return entries;
  }

  private void drain(
      KeyedOneInputStreamOperatorTestHarness<Long, Routed, ReconciledMatch> harness) {
    for (ReconciledMatch each : harness.extractOutputValues()) {
      matches.add(each.match().matchId());
      matchedIds.addAll(each.match().entryIds());
    }
    harness.getOutput().clear();
    side(harness, ReconcileFunction.BREAKS).forEach(b -> breaks.put(b.breakId(), b));
    side(harness, ReconcileFunction.OPEN).forEach(o -> open.add(o.entry().entryId()));
    for (Posting posting : side(harness, ReconcileFunction.POSTINGS)) {
      balance += posting.from() == Side.Status.NEW ? 1 : 0;
    }
  }

  private static <T> List<T> side(
      KeyedOneInputStreamOperatorTestHarness<Long, Routed, ReconciledMatch> harness,
      OutputTag<T> tag) {
    var records = harness.getSideOutput(tag);
    List<T> values = new ArrayList<>();
    if (records != null) {
      for (StreamRecord<T> record : records) {
        values.add(record.getValue());
      }
      records.clear();
    }
    return values;
  }

  /** Runs a history, restarted after every so many records; 0 for never. */
  private void run(List<LedgerEntry> entries, boolean onHeap, int restartEvery) throws Exception {
    var harness = harness(onHeap, null);
    harness.processElement(routed(rule()), 0);
    long latest = Long.MIN_VALUE;
    int count = 0;
    for (LedgerEntry entry : entries) {
      harness.processElement(routed(entry), entry.at());
      latest = Math.max(latest, entry.at());
      if (++count % 7 == 0) {
        harness.processWatermark(new Watermark(latest - HOUR / 2));
      }
      if (restartEvery > 0 && count % restartEvery == 0) {
        drain(harness);
        OperatorSubtaskState saved = harness.snapshot(count, count);
        harness.close();
        harness = harness(onHeap, saved);
        harness.processWatermark(new Watermark(latest - HOUR / 2));
      }
    }
    harness.processElement(routed(Notice.end(latest)), latest);
    harness.processWatermark(Watermark.MAX_WATERMARK);
    drain(harness);
    if (onHeap) {
      // The harness can't count what is in RocksDB.
      assertThat(harness.numKeyedStateEntries()).as("state at the end").isZero();
    }
    assertThat(harness.numEventTimeTimers()).as("timers at the end").isZero();
    harness.close();
    matches.sort(null);
    open.sort(null);
  }

  private List<Object> results() {
    return List.of(matches, breaks, open, balance);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void run_shuffledWithinTheWatermarkAndRestarted_givesTheSame(int seed) throws Exception {
    List<LedgerEntry> entries = history(seed);
    run(entries, true, 0);
    assertThat(matches).isNotEmpty();
    assertThat(breaks).isNotEmpty();
    assertThat(open).isNotEmpty();
    assertThat(balance).isEqualTo(entries.size());

    SplittableRandom random = new SplittableRandom(seed);
    List<LedgerEntry> shuffled = new ArrayList<>(entries);
    TreeMap<Long, LedgerEntry> byArrival = new TreeMap<>();
    for (LedgerEntry entry : shuffled) {
      byArrival.put((entry.at() + random.nextLong(HOUR / 2)) * 64 + byArrival.size(), entry);
    }
    for (int restartEvery : new int[] {1, 13}) {
      ReconcileFunctionTest other = new ReconcileFunctionTest();
      other.run(List.copyOf(byArrival.values()), restartEvery == 1, restartEvery);
      assertThat(other.results()).isEqualTo(results());
    }
    ReconcileFunctionTest forgetful = with(FORGETFUL);
    forgetful.run(entries, true, 0);
    ReconcileFunctionTest restarted = with(FORGETFUL);
    restarted.run(List.copyOf(byArrival.values()), false, 5);
    assertThat(restarted.results()).isEqualTo(forgetful.results());
  }

  @Test
  void run_everyEntry_isInOnePlace() throws Exception {
    for (int seed = 10; seed < 60; seed++) {
      ReconcileFunctionTest each = with(seed % 2 == 0 ? SPEC : FORGETFUL);
      List<LedgerEntry> entries = history(seed);
      each.run(entries, true, 0);
      List<String> places = new ArrayList<>(each.open);
      places.addAll(each.matchedIds);
      for (PairBreak broken : each.breaks.values()) {
        if (broken.state() == PairBreak.State.OPEN) {
          places.addAll(
              broken.type() == BreakType.DUPLICATE
                  ? broken.entryIds().subList(0, 1)
                  : broken.entryIds());
        }
      }
      places.sort(Comparator.naturalOrder());
      List<String> all = new ArrayList<>();
      entries.forEach(entry -> all.add(entry.entryId()));
      all.sort(Comparator.naturalOrder());
      assertThat(places).as("seed %s", seed).isEqualTo(all);
    }
  }

  @Test
  void arrival_entriesAreTakenAsTheyCome_andDeadlinesByTheWatermark() throws Exception {
    var harness = harnessInArrivalOrder();
    harness.processElement(routed(rule()), 0);
    harness.processElement(routed(Desk.entry("l", "left", 0, 5)), START);
    harness.processElement(routed(Desk.entry("r", "right", 1, 5)), START + 1);
    assertThat(harness.extractOutputValues()).hasSize(1);
    harness.processElement(routed(Desk.entry("l2", "left", 2, 9)), START + 2);
    harness.processWatermark(new Watermark(START + HOUR + 1));
    assertThat(harness.getSideOutput(ReconcileFunction.BREAKS)).isNull();
    harness.processWatermark(new Watermark(START + HOUR + 2));
    assertThat(harness.getSideOutput(ReconcileFunction.BREAKS)).hasSize(1);
    harness.processWatermark(new Watermark(START + 9 * DAY));
    assertThat(harness.numKeyedStateEntries()).isZero();
    assertThat(harness.numEventTimeTimers()).isZero();
    harness.close();
  }

  @Test
  void matchedEntries_areForgottenSoonerThanThoseThatBroke() throws Exception {
    var harness = harnessInArrivalOrder();
    harness.processElement(routed(rule()), 0);
    for (String reference : List.of("ONE", "TWO")) {
      harness.processElement(routed(lateAtNight(reference, "left", "l")), START);
      harness.processElement(routed(lateAtNight(reference, "right", "r")), START);
    }
    harness.processElement(routed(lateAtNight("TWO", "left", "again")), START);
    assertThat(harness.extractOutputValues()).hasSize(2);
    assertThat(side(harness, ReconcileFunction.BREAKS)).hasSize(1);

    // A day after the window, and a day after three windows.
    harness.processWatermark(new Watermark(START + DAY - 1));
    assertThat(harness.numKeyedStateEntries()).isEqualTo(2);
    harness.processWatermark(new Watermark(START + DAY));
    assertThat(harness.numKeyedStateEntries()).isOne();
    harness.processWatermark(new Watermark(START + 2 * DAY));
    assertThat(harness.numKeyedStateEntries()).isZero();
    harness.close();
  }

  /** Two hours before {@link Desk#START}, which is a full day. */
  private static LedgerEntry lateAtNight(String reference, String ledger, String id) {
    return new LedgerEntry(reference + id, ledger, reference, START - 2 * HOUR, 0, 5, "EUR", "");
  }

  @Test
  void arrival_duplicateBeforeTheFirstWatermark_isNewAndAgesByTheWatermark() throws Exception {
    var harness = harnessInArrivalOrder();
    harness.processElement(routed(rule()), 0);
    harness.processElement(routed(Desk.entry("l", "left", 0, 5)), START);
    harness.processElement(routed(Desk.entry("again", "left", 1, 5)), START + 1);
    assertThat(side(harness, ReconcileFunction.BREAKS))
        .extracting(PairBreak::type)
        .containsExactly(BreakType.DUPLICATE);
    List<Aged> aged = side(harness, ReconcileFunction.AGED);
    assertThat(aged).extracting(Aged::to).containsExactly(Age.NEW);
    String breakId = aged.get(0).broken().breakId();
    harness.processWatermark(new Watermark(aged.get(0).broken().openedAt() + HOUR));
    assertThat(side(harness, ReconcileFunction.AGED))
        .filteredOn(each -> each.broken().breakId().equals(breakId))
        .extracting(Aged::to)
        .containsExactly(Age.HOUR);
    harness.close();
  }

  @Test
  void arrival_ruleComesAfterEntriesThatItAppliesTo_appliesAllTheSame() throws Exception {
    var harness = harnessInArrivalOrder();
    harness.processElement(routed(Notice.ledger("right", START)), START);
    harness.processElement(routed(Desk.entry("l", "left", 0, 5)), START);
    harness.processElement(routed(rule()), 0);
    harness.processElement(routed(Desk.entry("r", "right", 1, 5)), START + 1);
    assertThat(harness.extractOutputValues())
        .extracting(each -> each.match().ruleId())
        .containsExactly("r");
    TieOut sums = null;
    for (Posting posting : side(harness, ReconcileFunction.POSTINGS)) {
      if (posting.ruleId().equals("r")) {
        sums = (sums == null ? TieOut.none(posting) : sums).plus(posting);
      }
    }
    assertThat(sums)
        .isEqualTo(new TieOut("r", START / DAY, "left", "right", "EUR", 5, 5, 2, 0, 0, 0));
    harness.close();
  }
}
