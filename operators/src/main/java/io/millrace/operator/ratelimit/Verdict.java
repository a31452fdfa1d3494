package io.millrace.operator.ratelimit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was decided about a request. Times are event times in milliseconds since the epoch.
 *
 * @param requestId id of the request
 * @param at its time
 * @param allowed whether it may go on
 * @param limitedBy the rule that refuses it for the longest; null where it is allowed
 * @param limit of the rule of which the least is left; null where no rule is for the request
 * @param remaining what is left of that rule after the decision; null likewise
 * @param resetAt when all of that rule is there again; null likewise, and where it never is
 * @param retryAfterMillis after how long the same request would be allowed; 0 where it is, null
 *     where it never will be
 * @param delayMillis how long an allowed request is to wait for its turn in a queue
 * @param shadow the rules on trial that would have refused it
 */
public record Verdict(
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
