package io.millrace.operator.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Entries that have no place in a match by a rule.
 *
 * @param breakId a hash of rule, type and entries
 * @param ruleId id of the rule
 * @param type why
 * @param left the rule's left ledger
 * @param right the rule's right ledger
 * @param entryIds the entries; of a duplicate the later one first, else the left one
 * @param amountMinor the amount of the first entry, or by how much the right exceeds the left
 * @param currency that of the amount
 * @param openedAt when it became a break, in milliseconds since the epoch
 * @param state what has become of it
 * @param history what happened to it, the first first
 * @param age how old it is, as was told last
 */
public record PairBreak(
    String breakId,
    String ruleId,
    BreakType type,
    String left,
    String right,
    List<String> entryIds,
    long amountMinor,
    String currency,
    long openedAt,
    State state,
    List<Step> history,
    Age age) {
  /** As many steps are kept; of later ones the last. */
  private static final int MOST_STEPS = 200;

  /** What may become of a break. */
  public enum State {
    /** It stands. */
    OPEN,
    /** What was missing came. */
    CLEARED,
    /** A person decided. */
    RESOLVED;

    /** Its name in rows. */
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What happened to it.
   *
   * @param at when, in milliseconds since the epoch
   * @param action what
   * @param user who decided; empty where nobody did
   * @param note why; empty where it needs no words
   * @param revision how many steps were before
   */
  public record Step(long at, String action, String user, String note, long revision) {}

  /** How often it has changed: 0 at first. */
  public long revision() {
    return history.get(history.size() - 1).revision();
  }

  PairBreak with(State changed, long at, String action, String user, String note) {
    List<Step> steps = new ArrayList<>(history);
    if (steps.size() == MOST_STEPS) {
      steps.remove(steps.size() - 1);
    }
    steps.add(new Step(at, action, user, note, revision() + 1));
    return new PairBreak(
        breakId,
        ruleId,
        type,
        left,
        right,
        entryIds,
        amountMinor,
        currency,
        openedAt,
        changed,
        steps,
        age);
  }

  PairBreak at(Age reached) {
    return new PairBreak(
        breakId,
        ruleId,
        type,
        left,
        right,
        entryIds,
        amountMinor,
        currency,
        openedAt,
        state,
        history,
        reached);
  }
}
