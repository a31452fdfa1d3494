package io.millrace.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a run, as the command line gives them. */
final class RunOptions {
  @Mixin FeedOptions feed = new FeedOptions();

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
}
