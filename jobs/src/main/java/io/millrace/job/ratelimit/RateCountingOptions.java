package io.millrace.job.ratelimit;

import io.millrace.job.JobConfig;
import io.millrace.job.JobOptions;
import io.millrace.operator.ratelimit.LimitDimension;
import io.millrace.operator.ratelimit.RateLimitSpec;
import io.millrace.operator.ratelimit.RateLimitSpec.Coordination;
import io.millrace.operator.ratelimit.RateLimiter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The options of rate counting. */
public final class RateCountingOptions {
  /** How limits that several tasks use up are kept. */
  public static final ConfigOption<Coordinated> COORDINATION =
      ConfigOptions.key("coordination")
          .enumType(Coordinated.class)
          .defaultValue(Coordinated.LEASES)
          .withDescription(
              "Who decides: exact (one task, equal to deciding one request after the other) or"
                  + " leases (each task for its domains, with leases of limits that span them).");

  /** By what requests are divided among tasks. */
  public static final ConfigOption<String> DOMAIN =
      ConfigOptions.key("domain")
          .stringType()
          .defaultValue(LimitDimension.API_KEY.code())
          .withDescription(
              "By what requests are divided among tasks under leases: user, apiKey, ip or route."
                  + " Limits on it are exact.");

  /** For how long leases are granted at once. */
  public static final ConfigOption<Duration> LEASE_EPOCH =
      ConfigOptions.key("lease-epoch")
          .durationType()
          .defaultValue(Duration.ofMillis(100))
          .withDescription("For how long leases are granted at once, in event time.");

  /** In what time a requestId gets the same verdict. */
  public static final ConfigOption<Duration> VERDICT_HORIZON =
      ConfigOptions.key("verdict-horizon")
          .durationType()
          .defaultValue(Duration.ofMinutes(10))
          .withDescription(
              "Requests with the same requestId less than so far apart in event time get the same"
                  + " verdict, and count once; 0s for none.");

  /** Length of the windows of use. */
  public static final ConfigOption<Duration> USAGE_WINDOW =
      ConfigOptions.key("usage-window")
          .durationType()
          .defaultValue(Duration.ofMinutes(1))
          .withDescription(
              "Length of the windows in which the use of keys is counted, in event time, aligned to"
                  + " the epoch; a multiple of lease-epoch.");

  /** All of them. */
  public static final List<ConfigOption<?>> ALL =
      List.of(COORDINATION, DOMAIN, LEASE_EPOCH, VERDICT_HORIZON, USAGE_WINDOW);

  private RateCountingOptions() {}

  /** Who decides. */
  public enum Coordinated {
    /** One task. */
    EXACT,
    /** All tasks, with leases. */
    LEASES;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How requests are limited. */
  static RateLimitSpec spec(JobConfig config) {
    return new RateLimitSpec(
        config.get(COORDINATION) == Coordinated.EXACT ? Coordination.EXACT : Coordination.LEASES,
        domain(config.get(DOMAIN)),
        JobOptions.order(config) == JobOptions.Order.EVENT_TIME,
        config.millis(LEASE_EPOCH),
        config.millis(VERDICT_HORIZON),
        config.millis(USAGE_WINDOW),
        RateLimiter.STATE);
  }

  private static LimitDimension domain(String code) {
    List<LimitDimension> valid =
        Arrays.stream(LimitDimension.values())
            .filter(dimension -> dimension != LimitDimension.GLOBAL)
            .toList();
    return valid.stream()
        .filter(dimension -> dimension.code().equals(code))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        "no domain \"%s\"; valid for --domain: %s",
                        code,
                        valid.stream()
                            .map(LimitDimension::code)
                            .collect(Collectors.joining(", ")))));
  }
}
