package io.millrace.operator.reconcile;

import static io.millrace.operator.reconcile.Desk.DAY;
import static io.millrace.operator.reconcile.Desk.HOUR;
import static io.millrace.operator.reconcile.Desk.START;
import static io.millrace.operator.reconcile.Desk.stage;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.reconcile.Resolution.Action;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LeftoversTest {
  private static final PairRule RULE =
      new PairRule(
          "r",
          1,
          0,
          "left",
          "right",
          List.of(
              stage(StageKind.EXACT, 0, 0),
              stage(StageKind.GROUP_SUM, 0, 0),
              stage(StageKind.SUGGEST, 0, 0)),
          HOUR,
          false);

  private final Desk desk = new Desk();
  private @Nullable Book book;

  LeftoversTest() {
    desk.rules.add(Notice.of(RULE));
  }

  private static LedgerEntry entry(
      String id, String ledger, String reference, long at, long amount) {
    return new LedgerEntry(
        id, ledger, reference, START + at, (START + at) / DAY, amount, "EUR", "");
  }

  private LeftoversTest take(LedgerEntry entry) {
    BookEditor editor = new BookEditor(1, book, desk);
    Side side = new Side("r", "left", "right", RULE.deadline(entry), Side.Status.OPEN, "");
    new Leftovers(desk.rules, editor, desk)
        .take(
            new Waiting(side.deadline(), entry.entryId(), entry, "", null, side), side.deadline());
    book = editor.close(List.of(), 0);
    return this;
  }

  private LeftoversTest settle(long at) {
    BookEditor editor = new BookEditor(1, book, desk);
    new Leftovers(desk.rules, editor, desk).settle(START + at);
    book = editor.close(List.of(), 0);
    return this;
  }

  private void finish(long last) {
    BookEditor editor = new BookEditor(1, book, desk);
    new Leftovers(desk.rules, editor, desk).finish(START + last);
  }

  @Test
  void settle_oneIsTheSumOfOtherReferences_matchesOnceAllAreThere() {
    take(entry("a", "left", "A", 0, 60)).take(entry("b", "left", "B", 1, 40));
    take(entry("deposit", "right", "", HOUR, 100)).settle(2 * HOUR + HOUR - 1);
    assertThat(desk.matched()).isEmpty();
    settle(3 * HOUR);
    assertThat(desk.matched()).containsExactly("group-sum[a, b, deposit]0");
    assertThat(desk.broken()).isEmpty();
  }

  @Test
  void settle_twoSumsAreAsGood_isAmbiguousAndAllAreBreaks() {
    take(entry("a", "left", "A", 0, 60)).take(entry("b", "left", "B", 1, 40));
    take(entry("c", "left", "C", 2, 40)).take(entry("deposit", "right", "", 3, 100));
    settle(DAY);
    assertThat(desk.matched()).isEmpty();
    assertThat(desk.broken()).hasSize(4).allMatch(broken -> broken.endsWith(" open"));
    assertThat(desk.only(BreakType.MISSING_LEFT).openedAt()).isEqualTo(START + HOUR + 3);
  }

  @Test
  void settle_beforeAllMayHaveBeenTried_waits() {
    take(entry("a", "left", "A", 0, 60)).take(entry("r", "right", "", HOUR, 7));
    settle(2 * HOUR);
    assertThat(desk.broken()).isEmpty();
    settle(3 * HOUR);
    assertThat(desk.broken()).containsExactly("missing-left[r]7 open", "missing-right[a]60 open");
  }

  @Test
  void finish_windowNotPassed_matchesOrWaits() {
    take(entry("a", "left", "A", 0, 60)).take(entry("b", "left", "B", 1, 40));
    take(entry("deposit", "right", "", 2, 100)).take(entry("other", "right", "", 3, 7));
    finish(10);
    assertThat(desk.matched()).containsExactly("group-sum[a, b, deposit]0");
    assertThat(desk.open).containsExactly("other r");
  }

  @Test
  void take_partnerOfOneThatWasMissed_isALateMatch() {
    take(entry("l", "left", "A", 0, 60)).settle(2 * HOUR);
    take(entry("r", "right", "A", 5 * HOUR, 60)).settle(DAY);
    assertThat(desk.broken())
        .containsExactly("late-match[l, r]0 open", "missing-right[l]60 cleared");
  }

  @Test
  void settle_thoseThatLookAlike_areSuggestedOnce() {
    take(entry("l", "left", "INVOICE 4711", 0, 1_000));
    take(entry("r", "right", "INV 4711", 1, 1_001));
    take(entry("other", "right", "RENT", 2, 5_000)).settle(DAY);
    assertThat(desk.suggestions).singleElement().asString().startsWith("[l, r] 0.");
    assertThat(desk.broken()).hasSize(3);
  }

  @Test
  void resolver_matchesAcrossReferences() {
    take(entry("l", "left", "A", 0, 60)).take(entry("r", "right", "B", 1, 61)).settle(DAY);
    BookEditor editor = new BookEditor(1, book, desk);
    Resolution made =
        new Resolution(
            "d", START + 2 * DAY, Action.MATCH, List.of("l", "r"), "", "kim", "same invoice");
    assertThat(new Resolver(editor).apply(made)).isEmpty();
    assertThat(desk.matched()).containsExactly("manual[l, r]1");
    assertThat(desk.broken())
        .containsExactly("missing-left[r]61 resolved", "missing-right[l]60 resolved");
  }

  @Test
  void take_moreThanThereIsRoomFor_forgetsWhatIsDecidedFirst() {
    for (int i = 0; i < Leftovers.MOST_ENTRIES; i++) {
      take(entry("l" + i, "left", "A" + i, i, 1_000 + i));
    }
    settle(DAY);
    assertThat(desk.broken()).hasSize(Leftovers.MOST_ENTRIES);
    take(entry("one more", "left", "B", DAY, 5));
    assertThat(Objects.requireNonNull(book).entries()).hasSize(1);
  }

  @Test
  void reconciler_handsOverWhatFoundNoPartner() {
    Desk reference =
        new Desk()
            .rule(HOUR, RULE.stages().toArray(PairRule.Stage[]::new))
            .take(Desk.entry("l", "left", 0, 5))
            .run(DAY);
    assertThat(reference.handedOver).singleElement().extracting(Waiting::id).isEqualTo("l");
    assertThat(reference.broken()).isEmpty();
    assertThat(reference.open).isEmpty();
    assertThat(reference.count(Side.Status.OPEN)).isEqualTo(1);
  }
}
