package io.millrace.operator.logs;

import io.millrace.operator.logline.LineSource;
import org.jspecify.annotations.Nullable;

/**
 * What every task must know: how a source is read, what is alarmed on, what is known of a service,
 * or up to when all of these are known.
 *
 * @param at from when on it counts, or up to when all is known, in milliseconds since the epoch
 * @param source a source; null for other news
 * @param rule a rule; null for other news
 * @param service a service; null for other news
 */
public record LogNews(
    long at, @Nullable LineSource source, @Nullable LogRule rule, @Nullable LogService service) {
  /** That a source is read so. */
  public static LogNews of(LineSource source) {
    return new LogNews(source.at(), source, null, null);
  }

  /** That a rule alarms so. */
  public static LogNews of(LogRule rule) {
    return new LogNews(rule.at(), null, rule, null);
  }

  /** That this is known of a service. */
  public static LogNews of(LogService service) {
    return new LogNews(service.at(), null, null, service);
  }

  /** That no news of a time up to this one will come. */
  static LogNews knownUntil(long at) {
    return new LogNews(at, null, null, null);
  }

  /** Two with the same are one. */
  String id() {
    if (source != null) {
      return "source " + source.name() + " " + source.version();
    }
    if (rule != null) {
      return "rule " + rule.ruleId() + " " + rule.version();
    }
    return service == null ? "known" : "service " + service.name() + " " + service.version();
  }
}
