package io.millrace.operator.reconcile;

import static io.millrace.operator.reconcile.Desk.DAY;
import static io.millrace.operator.reconcile.Desk.HOUR;
import static io.millrace.operator.reconcile.Desk.START;
import static io.millrace.operator.reconcile.Desk.entry;
import static io.millrace.operator.reconcile.Desk.stage;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.reconcile.Resolution.Action;
import io.millrace.operator.reconcile.Side.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReconcilerTest {
  private static final PairRule.Stage EXACT = stage(StageKind.EXACT, 0, 0);

  private static LedgerEntry left(String id, long at, long amount) {
    return entry(id, "left", at, amount);
  }

  private static LedgerEntry right(String id, long at, long amount) {
    return entry(id, "right", at, amount);
  }

  @Test
  void exact_withinTheWindowToTheMilli_matches() {
    Desk desk = new Desk().rule(HOUR, EXACT).take(left("l", 0, 5), right("r", HOUR, 5)).run(HOUR);
    assertThat(desk.matched()).containsExactly("exact[l, r]0");
    assertThat(desk.broken()).isEmpty();
    assertThat(desk.count(Status.MATCHED)).isEqualTo(2);
  }

  @Test
  void exact_oneMilliLater_isALateMatch() {
    Desk desk =
        new Desk().rule(HOUR, EXACT).take(left("l", 0, 5), right("r", HOUR + 1, 5)).run(9 * HOUR);
    assertThat(desk.matched()).isEmpty();
    assertThat(desk.broken())
        .containsExactly("late-match[l, r]0 open", "missing-right[l]5 cleared");
    assertThat(desk.only(BreakType.MISSING_RIGHT).openedAt()).isEqualTo(START + HOUR);
  }

  @Test
  void missing_windowNotPassed_waits() {
    Desk desk = new Desk().rule(HOUR, EXACT).take(left("l", 0, 5)).run(HOUR - 1);
    assertThat(desk.open).containsExactly("l r");
    assertThat(desk.broken()).isEmpty();
  }

  @Test
  void missing_windowPassed_isABreakOnEachSide() {
    assertThat(new Desk().rule(HOUR, EXACT).take(left("l", 0, 5)).run(HOUR).broken())
        .containsExactly("missing-right[l]5 open");
    assertThat(new Desk().rule(HOUR, EXACT).take(right("r", 0, 5)).run(HOUR).broken())
        .containsExactly("missing-left[r]5 open");
  }

  @Test
  void amounts_offByOne_areABreakOfBoth() {
    assertThat(
            new Desk().rule(HOUR, EXACT).take(left("l", 0, 5), right("r", 9, 6)).run(DAY).broken())
        .containsExactly("amount-over[l, r]1 open");
    assertThat(
            new Desk().rule(HOUR, EXACT).take(left("l", 0, 5), right("r", 9, 4)).run(DAY).broken())
        .containsExactly("amount-under[l, r]-1 open");
  }

  @Test
  void currencies_differ_isABreakOfBoth() {
    Desk desk =
        new Desk()
            .rule(HOUR, EXACT)
            .take(left("l", 0, 5), entry("r", "right", 1, 5, "USD"))
            .run(DAY);
    assertThat(desk.broken()).containsExactly("currency[l, r]5 open");
  }

  @Test
  void duplicate_namesTheLaterAndTheOneItRepeats_andTheOtherMatches() {
    Desk desk =
        new Desk()
            .rule(HOUR, EXACT)
            .take(left("l", 0, 5), left("again", 1, 5), right("r", 2, 5))
            .run(DAY);
    assertThat(desk.matched()).containsExactly("exact[l, r]0");
    assertThat(desk.broken()).containsExactly("duplicate[again, l]5 open");
  }

  @Test
  void tolerance_theLargerOfFloorAndPercent_decides() {
    Desk floor =
        new Desk()
            .rule(HOUR, EXACT, stage(StageKind.TOLERANCE, 3, 0.1))
            .take(left("l", 0, 1_000), right("r", 1, 1_003))
            .run(DAY);
    assertThat(floor.matched()).containsExactly("tolerance[l, r]3");
    Desk percent =
        new Desk()
            .rule(HOUR, EXACT, stage(StageKind.TOLERANCE, 3, 0.5))
            .take(left("l", 0, 1_000), right("r", 1, 995))
            .run(DAY);
    assertThat(percent.matched()).containsExactly("tolerance[l, r]-5");
    Desk beyond =
        new Desk()
            .rule(HOUR, EXACT, stage(StageKind.TOLERANCE, 3, 0.5))
            .take(left("l", 0, 1_000), right("r", 1, 994))
            .run(DAY);
    assertThat(beyond.broken()).containsExactly("amount-under[l, r]-6 open");
  }

  @Test
  void tolerance_exactPartnerComesLater_isNotTakenFromIt() {
    Desk desk =
        new Desk()
            .rule(HOUR, EXACT, stage(StageKind.TOLERANCE, 9, 0))
            .take(left("l", 0, 100), right("near", 1, 101), right("same", 2, 100))
            .run(DAY);
    assertThat(desk.matched()).containsExactly("exact[l, same]0");
    assertThat(desk.broken()).containsExactly("missing-left[near]101 open");
  }

  @Test
  void tolerance_twoAreAsNear_isAmbiguousAndStaysSo() {
    Desk desk =
        new Desk()
            .rule(HOUR, EXACT, stage(StageKind.TOLERANCE, 9, 0))
            .take(left("l", 0, 100), right("more", 1, 101), right("less", 2, 99))
            .run(DAY);
    assertThat(desk.matched()).isEmpty();
    assertThat(desk.broken())
        .containsExactly(
            "missing-left[less]99 open", "missing-left[more]101 open", "missing-right[l]100 open");
  }

  @Test
  void tolerance_inputEndsBeforeTheWindow_matchesAllTheSame() {
    Desk desk =
        new Desk()
            .rule(HOUR, EXACT, stage(StageKind.TOLERANCE, 9, 0))
            .take(left("l", 0, 100), right("r", 1, 101))
            .run(1);
    assertThat(desk.matched()).containsExactly("tolerance[l, r]1");
    assertThat(desk.open).isEmpty();
  }

  @Test
  void dateDays_compareValueDates() {
    PairRule.Stage sameDay = new PairRule.Stage(StageKind.EXACT, 0, 0, 0);
    Desk apart =
        new Desk().rule(3 * DAY, sameDay).take(left("l", 0, 5), right("r", DAY, 5)).run(9 * DAY);
    assertThat(apart.matched()).isEmpty();
    assertThat(apart.broken()).containsExactly("missing-left[r]5 open", "missing-right[l]5 open");
    Desk together =
        new Desk().rule(3 * DAY, sameDay).take(left("l", 0, 5), right("r", HOUR, 5)).run(9 * DAY);
    assertThat(together.matched()).containsExactly("exact[l, r]0");
  }

  @Test
  void fee_grossAgainstNet_matchesWithTheFeeAsVariance() {
    Desk desk = new Desk().rule(HOUR, EXACT, stage(StageKind.FEE, 0, 0));
    desk.rules.add(Notice.fee("f", "right", "EUR", 0, 2.9, 30));
    desk.take(left("l", 0, 10_000), right("r", 1, 9_680)).run(DAY);
    assertThat(desk.matched()).containsExactly("fee[l, r]-320");
  }

  @Test
  void fx_convertedWithTheMinorUnitsOfBoth_matches() {
    Desk desk = new Desk().rule(HOUR, EXACT, stage(StageKind.FX, 1, 0));
    desk.rules.add(Notice.rate("EUR", "JPY", 0, 161.25));
    desk.take(left("l", 0, 10_000), entry("r", "right", 1, 16_126, "JPY")).run(DAY);
    assertThat(desk.matched()).containsExactly("fx[l, r]1");
  }

  @Test
  void fx_noRate_isACurrencyBreak() {
    Desk desk = new Desk().rule(HOUR, EXACT, stage(StageKind.FX, 1, 0));
    desk.take(left("l", 0, 10_000), entry("r", "right", 1, 16_126, "JPY")).run(DAY);
    assertThat(desk.broken()).containsExactly("currency[l, r]10000 open");
  }

  @Test
  void groupSum_oneIsTheSumOfSeveral_matches() {
    Desk desk =
        new Desk()
            .rule(HOUR, EXACT, stage(StageKind.GROUP_SUM, 0, 0))
            .take(left("a", 0, 60), left("b", 1, 40), left("c", 2, 7), right("r", 3, 100))
            .run(DAY);
    assertThat(desk.matched()).containsExactly("group-sum[a, b, r]0");
    assertThat(desk.handedOver).singleElement().extracting(Waiting::id).isEqualTo("c");
  }

  @Test
  void noRules_everyPairOfLedgersIsCompared_andNoneHidesAnother() {
    Desk desk =
        new Desk()
            .take(
                entry("o", "orders", 0, 5), entry("p", "payments", 1, 5), entry("b", "bank", 2, 6))
            .run(9 * DAY);
    assertThat(desk.matched()).containsExactly("exact[o, p]0");
    assertThat(desk.broken())
        .containsExactly("amount-under[b, o]-1 open", "amount-under[b, p]-1 open");
  }

  @Test
  void noRules_otherLedgerIsSeenAfterTheWindow_isMissedAllTheSame() {
    Desk desk = new Desk().take(entry("o", "orders", 0, 5));
    desk.rules.add(Notice.ledger("bank", START + 8 * DAY));
    desk.run(8 * DAY);
    assertThat(desk.broken()).containsExactly("missing-left[o]5 open");
    assertThat(desk.only(BreakType.MISSING_LEFT).openedAt()).isEqualTo(START + 3 * DAY);
  }

  @Test
  void ruleChange_appliesFromItsTimeOn() {
    Desk desk = new Desk().rule(HOUR, EXACT);
    desk.rules.add(
        Notice.of(
            new PairRule(
                "r",
                2,
                START + DAY,
                "left",
                "right",
                List.of(EXACT, stage(StageKind.TOLERANCE, 1, 0)),
                HOUR,
                false)));
    desk.take(left("l", 0, 5), right("r", 1, 6), left("l2", DAY, 15), right("r2", DAY + 1, 16))
        .run(9 * DAY);
    assertThat(desk.matched()).containsExactly("tolerance[l2, r2]1");
    assertThat(desk.broken()).containsExactly("amount-over[l, r]1 open");
  }

  @Test
  void unmatch_restoresBothSides_andTheyAreBreaks() {
    Desk first = new Desk().rule(HOUR, EXACT).take(left("l", 0, 5), right("r", 1, 5)).run(DAY);
    String matchId = first.matches.values().iterator().next().matchId();
    Desk desk =
        new Desk()
            .rule(HOUR, EXACT)
            .take(left("l", 0, 5), right("r", 1, 5))
            .decide(2 * HOUR, Action.UNMATCH, matchId)
            .run(DAY);
    assertThat(desk.matched()).isEmpty();
    assertThat(desk.matches.values()).extracting(PairMatch::revision).containsExactly(1L);
    assertThat(desk.broken()).containsExactly("missing-left[r]5 open", "missing-right[l]5 open");
    assertThat(desk.refusals).isEmpty();
  }

  @Test
  void unmatch_withinTheWindow_leavesBothOpenForOthers() {
    Desk desk =
        new Desk()
            .rule(HOUR, EXACT)
            .take(left("l", 0, 5), right("r", 1, 5))
            .decide(2, Action.UNMATCH, "", "l", "r")
            .run(3);
    assertThat(desk.open).containsExactlyInAnyOrder("l r", "r r");
  }

  @Test
  void match_byAPerson_resolvesTheBreak() {
    Desk desk =
        new Desk()
            .rule(HOUR, EXACT)
            .take(left("l", 0, 5), right("r", 1, 9))
            .decide(DAY, Action.MATCH, "", "r", "l")
            .run(2 * DAY);
    assertThat(desk.matched()).containsExactly("manual[l, r]4");
    assertThat(desk.broken()).containsExactly("amount-over[l, r]4 resolved");
    assertThat(desk.count(Status.MATCHED)).isEqualTo(2);
  }

  @Test
  void match_ofWhatIsMatched_isRefused() {
    Desk desk =
        new Desk()
            .rule(HOUR, EXACT)
            .take(left("l", 0, 5), right("r", 1, 5), right("s", 2, 9))
            .decide(DAY, Action.MATCH, "", "s", "l")
            .run(2 * DAY);
    assertThat(desk.refusals).hasSize(1);
    assertThat(desk.matched()).containsExactly("exact[l, r]0");
  }

  @Test
  void writeOff_disputeAndReopen_areStepsOfTheBreak() {
    Desk desk =
        new Desk()
            .rule(HOUR, EXACT)
            .take(left("l", 0, 5), right("r", 1, 9))
            .decide(DAY, Action.DISPUTE, "", "l")
            .decide(DAY + 1, Action.WRITE_OFF, "", "l", "r")
            .decide(DAY + 2, Action.REOPEN, "", "r")
            .decide(DAY + 3, Action.ADJUST, "", "r")
            .run(2 * DAY);
    PairBreak broken = desk.only(BreakType.AMOUNT_OVER);
    assertThat(broken.state()).isEqualTo(PairBreak.State.RESOLVED);
    assertThat(broken.history())
        .extracting(PairBreak.Step::action)
        .containsExactly("opened", "dispute", "write-off", "reopen", "adjust");
    assertThat(broken.revision()).isEqualTo(4);
  }

  @Test
  void entries_moreThanAreKept_areBreaksAtOnce() {
    Desk desk = new Desk().rule(HOUR, EXACT);
    for (int i = 0; i <= Reconciler.MOST_ENTRIES; i++) {
      desk.take(left("l" + i, i, i + 1));
    }
    desk.run(0);
    assertThat(desk.broken()).hasSize(1);
    assertThat(desk.open).hasSize(Reconciler.MOST_ENTRIES);
  }
}
