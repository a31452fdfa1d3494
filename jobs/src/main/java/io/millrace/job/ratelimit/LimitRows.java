package io.millrace.job.ratelimit;

import io.millrace.connector.redis.RedisString;
import io.millrace.connector.redis.RedisWrite;
import io.millrace.operator.ratelimit.KeyUsage;
import io.millrace.operator.ratelimit.LimitDimension;
import io.millrace.operator.ratelimit.RateAlgorithm;
import io.millrace.operator.ratelimit.RateRule;
import io.millrace.operator.ratelimit.Verdict;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.ratelimit.KeyUsed;
import io.millrace.schema.ratelimit.LimitRuled;
import io.millrace.schema.ratelimit.VerdictGiven;
import java.nio.charset.StandardCharsets;
import org.apache.flink.util.function.SerializableFunction;
import org.jspecify.annotations.Nullable;

/** Turns rules, verdicts and use from what topics have into what operators have, and back. */
final class LimitRows {
  private LimitRows() {}

  static RateRule rule(LimitRuled rule) {
    return new RateRule(
        rule.ruleId(),
        rule.version(),
        rule.at(),
        LimitDimension.valueOf(rule.dimension().name()),
        rule.tier(),
        rule.route(),
        RateAlgorithm.valueOf(rule.algorithm().name()),
        rule.limit(),
        rule.periodMillis(),
        orElse(rule.burst(), rule.limit()),
        Boolean.TRUE.equals(rule.shadow()),
        orElse(rule.penaltyMillis(), 0),
        Boolean.TRUE.equals(rule.deleted()));
  }

  private static long orElse(@Nullable Long value, long other) {
    return value == null ? other : value;
  }

  static VerdictGiven row(Verdict verdict) {
    return new VerdictGiven(
        verdict.requestId(),
        verdict.at(),
        verdict.allowed(),
        verdict.limitedBy(),
        verdict.limit(),
        verdict.remaining(),
        verdict.resetAt(),
        verdict.retryAfterMillis(),
        verdict.delayMillis(),
        verdict.shadow());
  }

  static KeyUsed row(KeyUsage use) {
    return new KeyUsed(
        use.dimension(),
        use.key(),
        use.windowStart(),
        use.windowEnd(),
        use.allowed(),
        use.refused(),
        use.cost());
  }

  /**
   * Verdicts as Redis holds them: the row's JSON in the string {@code verdict:<requestId>}.
   *
   * @param expireMillis after how long it goes, in milliseconds
   */
  static SerializableFunction<VerdictGiven, RedisWrite> cached(long expireMillis) {
    return verdict ->
        new RedisString(
            "verdict:" + verdict.requestId(), verdict.at(), json(verdict), expireMillis);
  }

  private static String json(VerdictGiven verdict) {
    return new String(Codec.VERDICTS.get().encode(verdict), StandardCharsets.UTF_8);
  }

  /** A codec for each thread, for it is not safe for several. */
  private static final class Codec {
    private static final ThreadLocal<JsonCodec<VerdictGiven>> VERDICTS =
        ThreadLocal.withInitial(() -> JsonCodec.of(VerdictGiven.class));
  }
}
