package io.millrace.local;

import io.millrace.local.flink.FailureCause;
import io.millrace.local.query.LogIndex;
import io.millrace.local.query.LogQuery;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code local-cluster/run query}: searches what a job has written to OpenSearch. */
@Command(
    name = "local-cluster/run query",
    sortOptions = false,
    description =
        "Searches the records of log ingestion in OpenSearch, and prints them as JSON, one a line,"
            + " the newest first. All that is given must hold of a record.")
final class QueryCommand {
  private static final String LOGS = "logs";

  @Parameters(paramLabel = "<what>", description = "What is searched: logs.", arity = "0..1")
  @Nullable String what;

  @Option(
      names = "--from",
      paramLabel = "<time>",
      description =
          "The earliest time: like 2026-11-24T10:00:00Z, with an offset, or milliseconds since the"
              + " epoch.")
  List<String> from = new ArrayList<>();

  @Option(names = "--to", paramLabel = "<time>", description = "The first time after the last.")
  List<String> to = new ArrayList<>();

  @Option(
      names = "--source",
      paramLabel = "<source>",
      description = "What it is a log of; repeated: one of them.")
  List<String> source = new ArrayList<>();

  @Option(
      names = "--level",
      paramLabel = "<level>",
      description = "Its level, such as ERROR; several with commas: one of them.")
  List<String> level = new ArrayList<>();

  @Option(
      names = "--text",
      paramLabel = "<words>",
      description = "Words that are all in its message, in any order.")
  List<String> text = new ArrayList<>();

  @Option(
      names = "--field",
      paramLabel = "<name>=<value>",
      description = "A field that it has; repeated: all of them.")
  List<String> field = new ArrayList<>();

  @Option(
      names = "--limit",
      paramLabel = "<n>",
      description = "The most records, from 1 to 10000; default 100.")
  List<String> limit = new ArrayList<>();

  @Mixin SearchOptions search = new SearchOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this.")
  boolean help;

  private QueryCommand() {}

  /**
   * Runs the command.
   *
   * @param base where a standing cluster is found
   * @return the exit code
   */
  static int run(List<String> args, Path base, PrintStream out)
      throws UsageException, RunFailedException, InterruptedException {
    QueryCommand command = new QueryCommand();
    if (VerbOptions.parse(command, args, out)) {
      return ExitCode.DONE;
    }
    if (!LOGS.equals(command.what)) {
      throw new UsageException("name what is searched: query logs; there is nothing else");
    }
    LogQuery query;
    LogIndex index;
    try {
      query = LogQuery.of(command.parameters());
      index =
          LogIndex.at(
              command.search.address(base, "query logs"),
              command.search.topicPrefix,
              command.search.credentials());
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          e.getMessage() + "; 'local-cluster/run query --help' shows the options", e);
    }
    try {
      index.search(query).forEach(out::println);
      return ExitCode.DONE;
    } catch (IOException e) {
      throw new RunFailedException(FailureCause.of(e), e);
    }
  }

  private Map<String, List<String>> parameters() {
    return new HashMap<>(
        Map.of(
            "from", from, "to", to, "source", source, "level", level, "text", text, "field", field,
            "limit", limit));
  }
}
