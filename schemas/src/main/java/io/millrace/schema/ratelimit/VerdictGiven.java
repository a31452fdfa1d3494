package io.millrace.schema.ratelimit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was decided about a request. Identity: {@code (requestId, at)}. A repetition gets the row of
 * the first once more.
 *
 * @param requestId id of the request
 * @param at when it was made, in milliseconds since the epoch
 * @param allowed whether it may go on
 * @param limitedBy the rule that refuses it for the longest; absent where it is allowed
 * @param limit of the rule of which the least is left; absent where no rule is for the request
 * @param remaining what is left of that rule after the decision
 * @param resetAt when all of that rule is there again, in milliseconds since the epoch; absent
 *     where it never is
 * @param retryAfterMillis after how long the same request would be allowed if no other came; 0
 *     where it is, absent where it never will be
 * @param delayMillis how long an allowed request is to wait for its turn in a leaky queue
 * @param shadow the rules on trial that would have refused it
 */
public record VerdictGiven(
    String requestId,
    long at,
    boolean allowed,
    @Nullable String limitedBy,
    @Nullable Long limit,
    @Nullable Long remaining,
    @Nullable Long resetAt,
    @Nullable Long retryAfterMillis,
    long delayMillis,
    List<String> shadow) {}
