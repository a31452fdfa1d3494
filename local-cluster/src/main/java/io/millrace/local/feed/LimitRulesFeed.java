package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.ratelimit.LimitAlgorithm;
import io.millrace.schema.ratelimit.LimitRuled;
import io.millrace.schema.ratelimit.LimitedDimension;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules for {@link LimitedRequestsFeed}: the tiers' limits, limits on users, addresses and all
 * requests together, one rule on trial. Every two minutes the limit of the free tier changes.
 */
public final class LimitRulesFeed implements SeededFeed {
  private static final long CHANGE_MILLIS = 120_000;

  /** The rules are known since this long before the feed begins. */
  private static final long KNOWN_MILLIS = 3_600_000;

  private final JsonCodec<LimitRuled> codec = Topics.RATELIMIT_RULES.codec();
  private int next;
  private long changedAt;
  private long version = 1;

  private record Rule(
      String id,
      LimitedDimension dimension,
      @Nullable String tier,
      LimitAlgorithm algorithm,
      long limit,
      String period,
      boolean shadow,
      long penaltyMillis) {
    private LimitRuled at(long at, long version, long ofLimit) {
      return new LimitRuled(
          id,
          version,
          at,
          dimension,
          tier,
          null,
          algorithm,
          ofLimit,
          period,
          null,
          shadow,
          penaltyMillis,
          false);
    }
  }

  private static final Rule FREE =
      new Rule(
          "free-tier",
          LimitedDimension.API_KEY,
          "free",
          LimitAlgorithm.TOKEN_BUCKET,
          100,
          "PT1M",
          false,
          0);

  private static final List<Rule> RULES =
      List.of(
          FREE,
          new Rule(
              "standard-tier",
              LimitedDimension.API_KEY,
              "standard",
              LimitAlgorithm.SLIDING_COUNTER,
              1_000,
              "PT1M",
              false,
              0),
          new Rule(
              "premium-tier",
              LimitedDimension.API_KEY,
              "premium",
              LimitAlgorithm.GCRA,
              10_000,
              "PT1M",
              false,
              0),
          new Rule(
              "user",
              LimitedDimension.USER,
              null,
              LimitAlgorithm.FIXED_WINDOW,
              1_000,
              "PT1M",
              false,
              0),
          new Rule(
              "address",
              LimitedDimension.IP,
              null,
              LimitAlgorithm.SLIDING_LOG,
              300,
              "PT1M",
              false,
              10_000),
          new Rule(
              "everything",
              LimitedDimension.GLOBAL,
              null,
              LimitAlgorithm.LEAKY_BUCKET,
              50_000,
              "PT1M",
              false,
              0),
          new Rule(
              "stricter-user",
              LimitedDimension.USER,
              null,
              LimitAlgorithm.TOKEN_BUCKET,
              200,
              "PT1M",
              true,
              0));

  @Override
  public Topic<?> topic() {
    return Topics.RATELIMIT_RULES;
  }

  @Override
  public byte @Nullable [] next(long now) {
    if (next < RULES.size()) {
      Rule rule = RULES.get(next++);
      changedAt = now;
      return codec.encode(rule.at(now - KNOWN_MILLIS, 1, rule.limit()));
    }
    if (now < changedAt + CHANGE_MILLIS) {
      return null;
    }
    changedAt = now;
    version++;
    return codec.encode(FREE.at(now, version, FREE.limit() * (1 + version % 2)));
  }
}
