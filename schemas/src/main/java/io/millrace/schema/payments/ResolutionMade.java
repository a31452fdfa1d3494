package io.millrace.schema.payments;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.SelfChecking;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A person decided about entries or a match. Identity: {@code resolutionId}.
 *
 * @param resolutionId id of the decision; a repetition of it changes nothing
 * @param at when it was made
 * @param action what is to be done
 * @param entryIds the entries that it is about
 * @param matchId the match that it is about; either this or entries must be there
 * @param user who decided
 * @param note why
 */
@SelfChecking
public record ResolutionMade(
    @MaxLength(1024) String resolutionId,
    @EventTime long at,
    Action action,
    @MaxLength(1024) @Nullable List<String> entryIds,
    @MaxLength(256) @Nullable String matchId,
    @MaxLength(1024) @Nullable String user,
    @MaxLength(4096) @Nullable String note) {
  /** How many entries a decision may name. */
  public static final int MOST_ENTRIES = 1_000;

  /** What can be done. */
  public enum Action {
    /** The entries belong together. */
    MATCH,
    /** The match is none. */
    UNMATCH,
    /** The difference is booked elsewhere, so the break is resolved. */
    ADJUST,
    /** The difference is given up, so the break is resolved. */
    WRITE_OFF,
    /** The break is disputed with the other side; it stays open. */
    DISPUTE,
    /** The break was resolved too early. */
    REOPEN
  }

  /**
   * Checks what it is about.
   *
   * @throws IllegalArgumentException where that is nothing, or too much
   */
  public ResolutionMade {
    int entries = entryIds == null ? 0 : entryIds.size();
    if ((entries == 0) == (matchId == null)) {
      throw new IllegalArgumentException("one of \"entryIds\" and \"matchId\" must be given");
    }
    if (entries > MOST_ENTRIES) {
      throw new IllegalArgumentException("field \"entryIds\" may have 1000 elements");
    }
  }
}
