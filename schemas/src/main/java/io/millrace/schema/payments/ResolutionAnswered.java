package io.millrace.schema.payments;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a person's decision; the body of an audit record.
 *
 * @param resolutionId id of the decision
 * @param at when it was made, in milliseconds since the epoch
 * @param action what was to be done
 * @param entryIds the entries that it is about
 * @param matchId the match that it is about
 * @param user who decided
 * @param note why
 * @param outcome applied or refused
 * @param reason why it was refused
 */
public record ResolutionAnswered(
    String resolutionId,
    long at,
    String action,
    List<String> entryIds,
    @Nullable String matchId,
    @Nullable String user,
    @Nullable String note,
    String outcome,
    @Nullable String reason) {}
