package io.millrace.operator.reconcile;

import java.util.List;
import java.util.Locale;

/**
 * What a person decided.
 *
 * @param resolutionId id of the decision
 * @param at when, in milliseconds since the epoch
 * @param action what is to be done
 * @param entryIds the entries it is about; empty where it names a match
 * @param matchId the match it is about; empty where it names entries
 * @param user who decided; empty where it does not say
 * @param note why; empty where it does not say
 */
public record Resolution(
    String resolutionId,
    long at,
    Action action,
    List<String> entryIds,
    String matchId,
    String user,
    String note) {
  /** What can be done. */
  public enum Action {
    /** The entries belong together. */
    MATCH,
    /** The match is none. */
    UNMATCH,
    /** The difference is booked elsewhere. */
    ADJUST,
    /** The difference is given up. */
    WRITE_OFF,
    /** The break is disputed. */
    DISPUTE,
    /** The break was resolved too early. */
    REOPEN;

    /** Its name in rows: kebab-case. */
    public String code() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
