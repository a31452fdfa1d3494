package io.millrace.local;

import io.millrace.local.flink.FlinkSettings;
import io.millrace.local.process.ProcessSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a standing cluster, as the command line gives them. */
@Command(
    name = "local-cluster/run up",
    description = "Starts Kafka, stores and Flink as processes that stay until 'down'.",
    sortOptions = false)
final class UpOptions {
  @Option(
      names = "--parallelism",
      paramLabel = "<n>",
      description = "Slots, and parallelism of jobs that name none; default 2.")
  int parallelism = 2;

  @Option(
      names = "--taskmanagers",
      paramLabel = "<n>",
      description = "TaskManagers that share the slots, beside the spare ones; default 1.")
  int taskManagers = 1;

  @Option(
      names = "--spares",
      paramLabel = "<n>",
      description = "TaskManagers that stand ready to replace one that dies; default 1.")
  int spares = 1;

  @Option(
      names = "--jobmanagers",
      paramLabel = "<n>",
      description = "JobManagers, of which one leads; default 1. One that dies is replaced anyway.")
  int jobManagers = 1;

  @Mixin StateOptions stateOptions = new StateOptions();

  @Mixin S3Options s3Options = new S3Options();

  @Option(names = "--no-stores", description = "Start no stores.")
  boolean noStores;

  @Option(
      names = "--port",
      paramLabel = "<port>",
      description = "Port of Flink's web UI; any free one without it.")
  int port;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print these options.")
  boolean help;

  /**
   * The cluster that they describe.
   *
   * @throws IllegalArgumentException where one is out of its range
   */
  ProcessSettings settings() {
    return new ProcessSettings(
        new FlinkSettings(parallelism, stateOptions.state, stateOptions.checkpoint, port),
        jobManagers,
        taskManagers,
        spares,
        true);
  }
}
