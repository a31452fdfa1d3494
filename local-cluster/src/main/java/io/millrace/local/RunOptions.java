package io.millrace.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of a run, as the command line gives them. */
final class RunOptions {
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
      names = "--bounded",
      description = "Stop when the input is consumed and every window and timer due has fired.")
  boolean bounded;

  @Option(
      names = "--output",
      paramLabel = "<dir>",
      description =
          "Write every sink topic to <dir>/<topic>.jsonl; the directory must be absent or empty.")
  @Nullable Path output;

  @Option(
      names = "--set",
      paramLabel = "<option>=<value>",
      description = "Set an option of the job. Repeatable.")
  List<String> settings = new ArrayList<>();

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
      description = "How long the seeded feed runs, such as 30s or 5m; without it, to the end.")
  @Nullable Duration duration;

  @Option(names = "--parallelism", paramLabel = "<n>", description = "Parallelism; default 2.")
  int parallelism = 2;

  @Mixin StateOptions stateOptions = new StateOptions();

  @Mixin S3Options s3Options = new S3Options();

  @Option(
      names = "--processes",
      description =
          "Run Kafka, JobManager and TaskManagers as processes of their own instead of in one JVM.")
  boolean processes;

  @Option(
      names = "--taskmanagers",
      paramLabel = "<n>",
      description =
          "TaskManagers that share the parallelism, beside one spare; default 1. Needs"
              + " --processes.")
  @Nullable Integer taskManagers;

  @Option(
      names = "--no-dashboard",
      description = "Start no dashboard; Flink's REST interface stays, on loopback.")
  boolean noDashboard;

  @Mixin DashboardOptions dashboardOptions = new DashboardOptions();

  @Option(names = "--no-stores", description = "Start no stores, and write to none.")
  boolean noStores;

  @Option(
      names = "--port",
      paramLabel = "<port>",
      description = "Port of Flink's web UI; any free one without it.")
  int port;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print the options of the run and of the job.")
  boolean help;

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
