package io.millrace.local;

import io.millrace.local.flink.FailureCause;
import io.millrace.local.flink.FlinkSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of the verbs of a standing cluster, as the command line gives them. */
final class StandingOptions {
  private StandingOptions() {}

  /** Options of {@code submit}. */
  @Command(
      name = "local-cluster/run submit",
      description = "Runs a job on the cluster that is up, until it is stopped.",
      sortOptions = false)
  static final class Submit extends Help {
    @Parameters(index = "0", paramLabel = "<job>", description = "The job's name.")
    String job = "";

    @Option(
        names = "--set",
        paramLabel = "<option>=<value>",
        description = "Set an option of the job. Repeatable.")
    List<String> settings = new ArrayList<>();

    @Option(
        names = "--parallelism",
        paramLabel = "<n>",
        description = "Parallelism; without it, the cluster's.")
    @Nullable Integer parallelism;

    @Option(names = "--savepoint", paramLabel = "<dir>", description = "Go on from this savepoint.")
    @Nullable Path savepoint;

    @Option(names = "--no-stores", description = "Write to no stores.")
    boolean noStores;
  }

  /** Options of {@code list-jobs}. */
  @Command(
      name = "local-cluster/run list-jobs",
      description = "Lists the jobs of the cluster that is up.")
  static final class ListJobs extends Help {}

  /** Options of {@code stop}. */
  @Command(
      name = "local-cluster/run stop",
      description = "Stops a job with a savepoint, from which 'restore' goes on.",
      sortOptions = false)
  static final class Stop extends Savepoint {}

  /** Options of {@code savepoint}. */
  @Command(
      name = "local-cluster/run savepoint",
      description = "Takes a savepoint of a job, which goes on.",
      sortOptions = false)
  static class Savepoint extends Help {
    @Parameters(index = "0", paramLabel = "<job>", description = "The job's name or id.")
    String job = "";

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "<dir>",
        description = "Where to put the savepoint; without it, into the cluster's directory.")
    @Nullable Path directory;
  }

  /** Options of {@code restore}. */
  @Command(
      name = "local-cluster/run restore",
      description = "Runs a stopped job again, from its latest savepoint and with its options.",
      sortOptions = false)
  static final class Restore extends Help {
    @Parameters(index = "0", paramLabel = "<job>", description = "The job's name or id.")
    String job = "";

    @Option(
        names = "--set",
        paramLabel = "<option>=<value>",
        description = "Change an option of the job. Repeatable.")
    List<String> settings = new ArrayList<>();

    @Option(names = "--parallelism", paramLabel = "<n>", description = "Change the parallelism.")
    @Nullable Integer parallelism;
  }

  /** Options of {@code feed}. */
  @Command(
      name = "local-cluster/run feed",
      description = "Writes the input of a job into the cluster that is up.",
      sortOptions = false)
  static final class Feed extends Help {
    @Parameters(index = "0", paramLabel = "<job>", description = "The job's name.")
    String job = "";

    @Mixin FeedOptions feed = new FeedOptions();

    @Option(
        names = "--set",
        paramLabel = "<option>=<value>",
        description =
            "An option of the job by which its input is read, such as source=<name> of log lines."
                + " Repeatable.")
    List<String> settings = new ArrayList<>();

    /** The same as options of a run. */
    RunOptions asRun() {
      RunOptions options = new RunOptions();
      options.feed = feed;
      options.settings = settings;
      return options;
    }
  }

  /**
   * The parallelism of a job.
   *
   * @param given what the user gave; null for {@code otherwise}
   * @throws UsageException where no job can have it
   */
  static int parallelism(@Nullable Integer given, int otherwise) throws UsageException {
    if (given == null) {
      return otherwise;
    }
    try {
      FlinkSettings.requireParallelism(given);
    } catch (IllegalArgumentException e) {
      throw new UsageException(FailureCause.oneLine(e), e);
    }
    return given;
  }

  /** Options of {@code down}. */
  @Command(
      name = "local-cluster/run down",
      description = "Stops the cluster that is up, with every job and process of it.")
  static final class Down extends Help {}

  /** What every verb has. */
  static class Help {
    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Print these options.")
    boolean help;
  }
}
