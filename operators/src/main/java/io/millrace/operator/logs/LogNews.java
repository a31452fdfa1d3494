package io.millrace.operator.logs;

import io.millrace.operator.logline.LineSource;
import org.jspecify.annotations.Nullable;

/**
 * What every task must know: how a source is read, what is alarmed on, or up to when all of these
 * are known.
 *
 * @param at from when on it counts, or up to when all is known, in milliseconds since the epoch
 * @param source a source; null for other news
 * @param rule a rule; null for other news
 */
public record LogNews(long at, @Nullable LineSource source, @Nullable LogRule rule) {
  /** That a source is read so. */
  public static LogNews of(LineSource source) {
    return new LogNews(source.at(), source, null);
  }

  /** That a rule alarms so. */
  public static LogNews of(LogRule rule) {
    return new LogNews(rule.at(), null, rule);
  }

  /** That no news of a time up to this one will come. */
  static LogNews knownUntil(long at) {
    return new LogNews(at, null, null);
  }

  /** Two with the same are one. */
  String id() {
    if (source != null) {
      return "source " + source.name() + " " + source.version();
    }
    return rule == null ? "known" : "rule " + rule.ruleId() + " " + rule.version();
  }
}
