package io.millrace.local.bench;

import io.millrace.schema.Topics;
import java.nio.file.Path;
import java.util.List;

/** One of the programs that read requests that are limited. */
enum LimitVariant implements TopicVariant {
  /** They are decoded with Jackson's streaming parser and discarded. */
  FLOOR("floor"),
  /** The same, with an exchange by application before they are discarded. */
  EXCHANGE("exchange"),
  /** The same, and each is answered with a verdict that no rule was asked for. */
  ANSWERED("answered"),
  /** Rate counting with leases, without stores. */
  LEASES("leases"),
  /** The same, where verdicts are not kept for repetitions. */
  FORGETFUL("forgetful"),
  /** Rate counting with one task that decides. */
  EXACT("exact");

  private static final List<String> OUTPUTS =
      List.of(
          Topics.RATE_COUNTING_VERDICTS.name(),
          Topics.RATE_COUNTING_USAGE.name(),
          Topics.RATE_COUNTING_LATE.name(),
          Topics.RATELIMIT_REQUESTS_DLQ.name(),
          Topics.RATELIMIT_RULES_DLQ.name(),
          Topics.RATE_COUNTING_LIVE.name());

  private final String code;

  LimitVariant(String code) {
    this.code = code;
  }

  @Override
  public String code() {
    return code;
  }

  @Override
  public List<String> description() {
    return switch (this) {
      case FLOOR -> List.of("decodes with Jackson's streaming parser and discards");
      case EXCHANGE -> List.of("the same, with an exchange by application before it discards");
      case ANSWERED ->
          List.of("the same, and allows each: a verdict of it is published, exactly once");
      case LEASES -> List.of("rate counting with its defaults, without stores, exactly once");
      case FORGETFUL -> List.of("the same with --verdict-horizon 0s");
      case EXACT -> List.of("the same as leases with --coordination exact");
    };
  }

  /** Whether it decides. */
  boolean isJob() {
    return this == LEASES || this == FORGETFUL || this == EXACT;
  }

  @Override
  public List<String> outputs() {
    return switch (this) {
      case FLOOR, EXCHANGE -> List.of();
      case ANSWERED -> List.of(Topics.RATE_COUNTING_VERDICTS.name());
      case LEASES, FORGETFUL, EXACT -> OUTPUTS;
    };
  }

  @Override
  public String mainClass() {
    return isJob()
        ? "io.millrace.job.ratelimit.RateCountingJob"
        : "io.millrace.job.bench.LimitFloorJob";
  }

  @Override
  public List<String> arguments(Path directory) {
    if (!isJob()) {
      return List.of("--variant", code, "--create-topics", "true");
    }
    return List.of(
        "--create-topics",
        "true",
        "--stores",
        "none",
        "--max-out-of-orderness",
        "1s",
        "--coordination",
        this == EXACT ? "exact" : "leases",
        "--verdict-horizon",
        this == FORGETFUL ? "0s" : "10m");
  }
}
