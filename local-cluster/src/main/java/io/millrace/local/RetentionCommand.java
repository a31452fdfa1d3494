package io.millrace.local;

import io.millrace.local.flink.FailureCause;
import io.millrace.local.flink.FlinkPlugins;
import io.millrace.local.query.OpenSearchNode;
import io.millrace.local.retention.JobsJarParquet;
import io.millrace.local.retention.LogArchive;
import io.millrace.local.retention.LogRetention;
import io.millrace.local.retention.LogRetention.Back;
import io.millrace.local.retention.LogRetention.Fate;
import io.millrace.local.retention.LogRetention.Outcome;
import io.millrace.local.retention.LogRetention.Terms;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code local-cluster/run retention}: deletes from OpenSearch what is archived. */
@Command(
    name = "local-cluster/run retention",
    sortOptions = false,
    description =
        "Deletes the indices of log ingestion whose days are over for long enough, each only where"
            + " finished files of the archive have a line for every document of it, and are what"
            + " they were when they were archived. The exit code is 1 where an index stays for"
            + " that. Log ingestion brings days back with its option recall.")
final class RetentionCommand {
  private static final String LOGS = "logs";

  @Parameters(paramLabel = "<what>", description = "What is deleted: logs.", arity = "0..1")
  @Nullable String what;

  @Option(
      names = "--archive",
      paramLabel = "<directory>",
      description =
          "The archive, as log ingestion was given it: a directory of this machine, or with --s3 an"
              + " address such as s3://bucket/logs.")
  @Nullable String archive;

  @Option(
      names = "--s3",
      paramLabel = "<file>",
      description =
          "File whose lines are Flink's settings of s3:// addresses, such as s3.access-key=...; the"
              + " one that a cluster with such an archive is started with.")
  @Nullable String s3;

  @Option(
      names = "--keep",
      paramLabel = "<days>",
      description =
          "So many days after its day an index is deleted, and so many after it was made or brought"
              + " back; with 0 as soon as its day is over; default ${DEFAULT-VALUE}.")
  int keep = 7;

  @Option(
      names = "--late",
      paramLabel = "<days>",
      description =
          "So many days after its own a line may have come in, and is looked for in the archive;"
              + " default ${DEFAULT-VALUE}.")
  int late = 1;

  @Option(names = "--dry-run", description = "Say what would be deleted, and delete nothing.")
  boolean dryRun;

  @Mixin SearchOptions search = new SearchOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this.")
  boolean help;

  private RetentionCommand() {}

  /**
   * Runs the command.
   *
   * @param base where a standing cluster is found
   * @param jobsJar has what reads archives in Parquet
   * @return the exit code
   */
  static int run(List<String> args, Path base, Path jobsJar, PrintStream out)
      throws UsageException, RunFailedException, InterruptedException {
    RetentionCommand command = new RetentionCommand();
    if (VerbOptions.parse(command, args, out)) {
      return ExitCode.DONE;
    }
    if (!LOGS.equals(command.what)) {
      throw new UsageException("name what is deleted: retention logs; there is nothing else");
    }
    String directory = command.archive;
    if (directory == null) {
      throw new UsageException(
          "name the archive: retention logs --archive <directory>; nothing is deleted that is not"
              + " there");
    }
    try (JobsJarParquet parquet = new JobsJarParquet(jobsJar)) {
      return command.run(directory, base, parquet, out);
    } catch (IOException e) {
      throw new RunFailedException(FailureCause.of(e), e);
    }
  }

  private int run(String directory, Path base, JobsJarParquet parquet, PrintStream out)
      throws UsageException, IOException, InterruptedException {
    LogRetention retention;
    Terms terms;
    try {
      loadS3();
      terms = new Terms(keep, late, !dryRun);
      retention =
          new LogRetention(
              OpenSearchNode.at(search.address(base, "retention logs"), search.credentials()),
              OpenSearchNode.requirePrefix(search.topicPrefix),
              LogArchive.at(directory, search.topicPrefix, parquet));
    } catch (IOException e) {
      throw new UsageException(
          "the archive "
              + directory
              + " can't be read: "
              + FailureCause.of(e)
              + "; an s3:// address needs --s3=<file>",
          e);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          e.getMessage() + "; 'local-cluster/run retention --help' shows the options", e);
    }
    boolean stays = false;
    for (Outcome outcome : retention.apply(terms, Instant.now())) {
      stays |= outcome.fate() == Fate.NOT_ARCHIVED;
      out.println(told(outcome));
    }
    for (Back back : retention.back()) {
      out.printf(
          "%s  is back with %,d of %,d documents%n", back.index(), back.documents(), back.before());
    }
    return stays ? ExitCode.FAILED : ExitCode.DONE;
  }

  private void loadS3() throws UsageException, IOException {
    if (s3 != null) {
      FlinkPlugins plugins = S3Options.plugins(s3);
      plugins.load(Configuration.fromMap(plugins.settings()));
    }
  }

  private String told(Outcome outcome) {
    String what =
        switch (outcome.fate()) {
          case DELETED ->
              dryRun ? "would be deleted: all are archived" : "deleted: all are archived";
          case YOUNG -> "stays: it was made or brought back less than --keep days ago";
          case NOT_ARCHIVED ->
              String.format(
                  "stays: %,d are in no finished file of the archive from the day before to %d days"
                      + " after; archive them, or give a greater --late",
                  outcome.notArchived(), late);
        };
    return String.format("%s  %,d documents, %s", outcome.index(), outcome.documents(), what);
  }
}
