package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.logs.LogRuleKind;
import io.millrace.schema.logs.LogRuleSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is alarmed on of {@link LogLinesFeed}: errors in number, a share of failed requests, tills
 * that say nothing, and messages of the billing service that were not there before.
 */
public final class LogRulesFeed implements SeededFeed {
  private static final List<LogRuleSet> RULES =
      List.of(
          rule("errors", LogRuleKind.COUNT, "level>=ERROR", "PT10S", 50.0, "source"),
          rule("failed-requests", LogRuleKind.RATIO, "status>=500", "PT30S", 0.2, "source"),
          rule("silent-tills", LogRuleKind.ABSENCE, "source=tills", "PT10S", 1.0, null),
          rule("new-in-billing", LogRuleKind.NEW_PATTERN, "service=billing", "PT1M", 1.0, null));

  private final JsonCodec<LogRuleSet> codec = Topics.LOG_RULES.codec();
  private int next;

  private static LogRuleSet rule(
      String id,
      LogRuleKind kind,
      String filter,
      String window,
      double threshold,
      @Nullable String groupBy) {
    return new LogRuleSet(id, 1, null, kind, filter, window, threshold, groupBy, null);
  }

  @Override
  public Topic<?> topic() {
    return Topics.LOG_RULES;
  }

  @Override
  public byte @Nullable [] next(long now) {
    return next == RULES.size() ? null : codec.encode(RULES.get(next++));
  }
}
