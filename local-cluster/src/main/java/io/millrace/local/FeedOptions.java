package io.millrace.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a job is fed, for every command that feeds one. */
final class FeedOptions {
  @Option(
      names = "--input",
      paramLabel = "<topic>=<file>",
      description =
          "Feed a file into a topic instead of the seeded feed: .jsonl, .csv or .log, or a bank"
              + " statement, .xml (camt.053) or .sta (MT940), each also with .gz. Repeatable.")
  List<String> inputs = new ArrayList<>();

  @Option(
      names = "--map",
      paramLabel = "<topic>.<field>=<column>",
      description =
          "Take a field from a column of another name, or from a literal in single quotes."
              + " Repeatable.")
  List<String> maps = new ArrayList<>();

  @Option(
      names = "--time-format",
      paramLabel = "<pattern>",
      description =
          "How the files write event times: epoch-seconds, epoch-millis or a pattern such as"
              + " \"dd/MM/yyyy HH:mm\".")
  @Nullable String timeFormat;

  @Option(
      names = "--time-zone",
      paramLabel = "<zone>",
      description = "Zone of times that name none, such as Europe/Berlin; UTC without it.")
  @Nullable String timeZone;

  @Option(
      names = "--rate",
      paramLabel = "<n/s>",
      converter = RateConverter.class,
      description = "Records a second of the seeded feed; default 1000.")
  long ratePerSecond = 1_000;

  @Option(names = "--seed", paramLabel = "<n>", description = "Seed of the seeded feed; default 1.")
  long seed = 1;

  @Option(
      names = "--duration",
      paramLabel = "<duration>",
      converter = Durations.class,
      description =
          "How long the seeded feed runs, such as 30s or 5m; without it, to its end or Ctrl-C.")
  @Nullable Duration duration;

  /** Reads {@code 1000} or {@code 1000/s}. */
  static final class RateConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      String number = text.endsWith("/s") ? text.substring(0, text.length() - 2) : text;
      if (!number.matches("\\d{1,9}") || Long.parseLong(number) == 0) {
        throw new TypeConversionException("'" + text + "' is not a rate such as 1000 or 1000/s");
      }
      return Long.parseLong(number);
    }
  }
}
