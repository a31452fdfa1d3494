package io.millrace.local;

import io.millrace.local.fault.FaultSchedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of the fault harness, as the command line gives them. */
final class ChaosOptions {
  @Option(
      names = "--seed",
      paramLabel = "<n>",
      description = "Seed of the schedule and of the feed; default 1.")
  long seed = 1;

  @Option(
      names = "--duration",
      paramLabel = "<duration>",
      converter = Durations.class,
      description =
          "How long the job is fed and faults are done, from 20s; default 4m. Start and verdict add"
              + " about a minute.")
  Duration duration = Duration.ofMinutes(4);

  @Option(
      names = "--kills",
      paramLabel = "<n>",
      description =
          "How many processes are killed; for every four, one other fault is done. Default: one"
              + " kill in 30s.")
  @Nullable Integer kills;

  @Option(
      names = "--schedule",
      paramLabel = "<faults or file>",
      converter = ScheduleConverter.class,
      description =
          "Faults to do instead of seeded ones, as such a run prints them: a file, or the faults"
              + " separated by semicolons.")
  @Nullable FaultSchedule schedule;

  @Option(
      names = "--soak",
      description =
          "Do a fault a minute, and look at memory, file handles, threads, state and open"
              + " transactions: none may grow. At least 20m; tells more in an hour.")
  boolean soak;

  @Option(
      names = "--rate",
      paramLabel = "<n/s>",
      converter = FeedOptions.RateConverter.class,
      description = "Records a second that are fed; default 2000.")
  long ratePerSecond = 2_000;

  @Option(
      names = "--poison",
      paramLabel = "<percent>",
      description =
          "Of a hundred records so many are none of the topic, and must become dead letters; from 0"
              + " to 100, by default 0.01, of log ingestion 0.1.")
  @Nullable Double poisonPercent;

  @Option(
      names = "--hot",
      paramLabel = "<percent>",
      description =
          "Of a hundred records so many have one key, a path, song or application; from 0 to 99.9,"
              + " by default as Zipf's law has it. Of heavy-hitters, rate-counting and"
              + " trending-songs.")
  @Nullable Double hotPercent;

  @Option(
      names = "--set",
      paramLabel = "<option>=<value>",
      description = "Set an option of the job. Repeatable.")
  List<String> settings = new ArrayList<>();

  @Option(names = "--parallelism", paramLabel = "<n>", description = "Parallelism; default 2.")
  int parallelism = 2;

  @Mixin StateOptions stateOptions = new StateOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print these options.")
  boolean help;

  /** Reads a schedule from a file of that name, or from the text itself. */
  static final class ScheduleConverter implements ITypeConverter<FaultSchedule> {
    @Override
    public FaultSchedule convert(String text) {
      try {
        return FaultSchedule.parse(isFile(text) ? Files.readString(Path.of(text)) : text);
      } catch (IOException | IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }

    private static boolean isFile(String text) {
      try {
        return Files.isRegularFile(Path.of(text));
      } catch (InvalidPathException e) {
        return false;
      }
    }
  }
}
