package io.millrace.local;

import io.millrace.local.bench.Benchmark;
import io.millrace.local.bench.BenchmarkRun;
import io.millrace.local.bench.VoidRunException;
import io.millrace.local.flink.FailureCause;
import io.millrace.local.host.RunDirectory;
import io.millrace.local.host.RunDirectory.Abandoned;
import io.millrace.local.host.StopSignal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command behind {@code local-cluster/run}: runs a job of the jobs jar on Kafka, stores and
 * Flink of this machine, which need nothing installed and leave nothing behind.
 *
 * <p>Exit codes: 0 done, 1 the job failed, 2 the command can't be run as it was given. Ctrl-C ends
 * a live run with 0, since it has no other end, and a bounded one with 130, since its results are
 * incomplete.
 */
public final class LocalCluster {
  private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);
  private static final String COMMAND = "local-cluster/run";
  private static final String LIST = "list";
  private static final String CHAOS = "chaos";
  private static final int HELP_WIDTH = 100;
  private static final String HELP_INDENT = "      ";

  /** System property with the directory that the script made for this process, if it did. */
  private static final String PREPARED_DIRECTORY = "millrace.run";

  /** System property with the directory of what only a process of Kafka Streams needs. */
  private static final String KAFKA_STREAMS = "millrace.kafka-streams";

  private static final String H3 = "millrace.h3";

  /** What the bare command runs: the first of these that the jobs jar has. */
  private static final List<String> DEFAULT_JOBS = List.of("trending-songs", "heavy-hitters");

  private final Surroundings surroundings;
  private final PrintStream out;
  private final PrintStream err;

  private LocalCluster(Surroundings surroundings, PrintStream out, PrintStream err) {
    this.surroundings = surroundings;
    this.out = out;
    this.err = err;
  }

  /** Runs the command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    int code = run(args, System.out, System.err);
    String prepared = System.getProperty(PREPARED_DIRECTORY);
    if (prepared != null) {
      deletePrepared(Path.of(prepared));
    }
    System.exit(code);
  }

  /**
   * Runs the command.
   *
   * @param args the command line
   * @param out gets what the user asked for, and progress
   * @param err gets errors, each one line with the next step
   * @return the exit code
   */
  public static int run(String[] args, PrintStream out, PrintStream err) {
    return run(args, out, err, Surroundings.ofProcess());
  }

  static int run(String[] args, PrintStream out, PrintStream err, Surroundings surroundings) {
    LocalCluster cluster = new LocalCluster(surroundings, out, err);
    try {
      return cluster.run(Arrays.asList(args));
    } catch (UsageException e) {
      LOG.info("Refused: {}", e.getMessage(), e);
      err.println(COMMAND + ": " + e.getMessage());
      return ExitCode.USAGE;
    }
  }

  private int run(List<String> args) throws UsageException {
    if (!args.isEmpty() && List.of("-h", "--help", "help").contains(args.get(0))) {
      printHelp();
      return ExitCode.DONE;
    }
    JobCatalogue catalogue = JobCatalogue.read(surroundings.jobsJar());
    if (args.isEmpty() || args.get(0).startsWith("-")) {
      return run(defaultJob(catalogue), args);
    }
    String command = args.get(0);
    List<String> rest = args.subList(1, args.size());
    if (command.equals(LIST)) {
      if (isHelp(rest)) {
        out.println("Usage: " + COMMAND + " list");
        out.println("Lists every job: its question, its topics in and out, and its stores.");
        return ExitCode.DONE;
      }
      if (!rest.isEmpty()) {
        throw new UsageException("list takes no arguments, found " + String.join(" ", rest));
      }
      catalogue.jobs().forEach(this::printJob);
      return ExitCode.DONE;
    }
    if (StandingVerbs.NAMES.contains(command)) {
      return runVerb(command, rest);
    }
    if (command.equals(BenchOptions.VERB)) {
      return bench(rest);
    }
    if (command.equals(CHAOS)) {
      return chaos(catalogue, rest);
    }
    List<String> verbs = new ArrayList<>(StandingVerbs.NAMES);
    verbs.addAll(List.of(LIST, CHAOS, BenchOptions.VERB));
    return run(catalogue.required(command, verbs), rest);
  }

  /** Whether somebody asks how a verb is used that has no options of its own. */
  static boolean isHelp(List<String> args) {
    return !args.isEmpty() && List.of("-h", "--help").contains(args.get(0));
  }

  private int chaos(JobCatalogue catalogue, List<String> args) throws UsageException {
    if (isHelp(args)) {
      out.println("Usage: " + COMMAND + " chaos <job> [options]");
      out.println("       " + COMMAND + " chaos sinks [options]");
      out.println("       " + COMMAND + " chaos planted");
      out.println(
          "Kills and disturbs a job or the stores, and judges what is published; or plants");
      out.println("bugs. '" + COMMAND + " chaos <job> --help' shows the options.");
      return ExitCode.DONE;
    }
    if (args.isEmpty() || args.get(0).startsWith("-")) {
      throw new UsageException("chaos needs a job: " + COMMAND + " chaos <job> [options]");
    }
    if (args.get(0).equals(SinkChaosOptions.NAME)) {
      return sinkChaos(args.subList(1, args.size()));
    }
    JobCatalogue.Job job = catalogue.required(args.get(0), List.of(SinkChaosOptions.NAME));
    ChaosOptions options = new ChaosOptions();
    CommandLine parser =
        parser(
            "chaos " + job.name(),
            "Kills and disturbs " + job.name() + ", and judges what it publishes from a ledger.",
            options);
    try {
      parser.parseArgs(args.subList(1, args.size()).toArray(String[]::new));
    } catch (ParameterException e) {
      throw refused("chaos " + job.name(), e);
    }
    if (options.help) {
      parser.usage(out);
      return ExitCode.DONE;
    }
    ChaosPlan plan = ChaosPlan.of(job, surroundings.jobsJar(), options);
    return inRunDirectory((directory, stop) -> new ChaosRun(plan, directory, stop, out).run());
  }

  private int sinkChaos(List<String> args) throws UsageException {
    SinkChaosOptions options = new SinkChaosOptions();
    if (VerbOptions.parse(options, args, out)) {
      return ExitCode.DONE;
    }
    options.check();
    options.storeNames();
    options.outageKinds();
    return inRunDirectory(
        (directory, stop) ->
            new SinkChaosRun(options, surroundings.jobsJar(), directory, stop, out).run());
  }

  private int run(JobCatalogue.Job job, List<String> args) throws UsageException {
    RunOptions options = new RunOptions();
    CommandLine parser = parser(job.name(), job.question(), options);
    try {
      parser.parseArgs(args.toArray(String[]::new));
    } catch (ParameterException e) {
      throw refused(job.name(), e);
    }
    if (options.help) {
      parser.usage(out);
      printOptions(job);
      return ExitCode.DONE;
    }
    RunPlan plan = RunPlan.of(job, surroundings.jobsJar(), options);
    return inRunDirectory(
        (directory, stop) -> new JobRun(plan, directory, stop, out, surroundings.terminal()).run());
  }

  private int runVerb(String verb, List<String> args) throws UsageException {
    try {
      removeAbandoned();
      return new StandingVerbs(surroundings, out).run(verb, args);
    } catch (RunFailedException | IOException | RuntimeException | LinkageError e) {
      LOG.error("{} failed", verb, e);
      String cause = e instanceof RunFailedException ? FailureCause.oneLine(e) : FailureCause.of(e);
      err.println(COMMAND + ": " + cause);
      return ExitCode.FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      err.println(COMMAND + ": interrupted");
      return ExitCode.INTERRUPTED;
    }
  }

  private int bench(List<String> args) throws UsageException {
    BenchOptions options = new BenchOptions();
    if (VerbOptions.parse(options, args, out)) {
      return ExitCode.DONE;
    }
    Benchmark benchmark = options.benchmark();
    BenchmarkRun.Scale scale = options.scale(benchmark);
    BenchmarkRun.Programs programs =
        new BenchmarkRun.Programs(
            surroundings.jobsJar(),
            Path.of(System.getProperty(KAFKA_STREAMS, "local-cluster/target/kafka-streams")),
            Path.of(System.getProperty(H3, "local-cluster/target/h3")));
    return inRunDirectory(
        (directory, stop) -> {
          boolean ended = BenchmarkRun.run(benchmark, scale, programs, directory, stop, out);
          return ended ? ExitCode.DONE : ExitCode.INTERRUPTED;
        });
  }

  /** Something that needs a directory of its own and may be stopped. */
  @FunctionalInterface
  private interface Work {
    int run(RunDirectory directory, StopSignal stop)
        throws UsageException,
            RunFailedException,
            VoidRunException,
            IOException,
            InterruptedException;
  }

  private int inRunDirectory(Work work) throws UsageException {
    try (StopSignal stop = surroundings.stop().get()) {
      RunDirectory directory = openDirectory();
      try {
        return run(work, directory, stop);
      } finally {
        delete(directory);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      err.println(COMMAND + ": interrupted");
      return ExitCode.INTERRUPTED;
    }
  }

  private int run(Work work, RunDirectory directory, StopSignal stop)
      throws UsageException, InterruptedException {
    try {
      return work.run(directory, stop);
    } catch (RunFailedException
        | VoidRunException
        | IOException
        | RuntimeException
        | LinkageError e) {
      LOG.error("The run failed", e);
      boolean told = e instanceof RunFailedException || e instanceof VoidRunException;
      String cause = told ? FailureCause.oneLine(e) : FailureCause.of(e);
      err.println(COMMAND + ": " + cause + keptLog(directory));
      return ExitCode.FAILED;
    }
  }

  private RunDirectory openDirectory() throws UsageException, InterruptedException {
    try {
      removeAbandoned();
      return RunDirectory.open(surroundings.base());
    } catch (IOException e) {
      throw new UsageException(
          "can't use " + surroundings.base() + " for runs: " + FailureCause.of(e), e);
    }
  }

  private void delete(RunDirectory directory) {
    try {
      directory.close();
    } catch (IOException e) {
      err.println(COMMAND + ": can't delete " + directory.path() + ": " + FailureCause.of(e));
    }
  }

  private static String keptLog(RunDirectory directory) {
    try {
      return directory.keepLog().map(log -> "; its log is " + log).orElse("");
    } catch (IOException e) {
      LOG.warn("The log can't be kept", e);
      return "";
    }
  }

  /** A command such as {@code list} uses no directory, but the script can't know. */
  private static void deletePrepared(Path directory) {
    try {
      RunDirectory.delete(directory);
    } catch (IOException e) {
      System.err.println(COMMAND + ": can't delete " + directory + ": " + FailureCause.oneLine(e));
    }
  }

  private void removeAbandoned() throws IOException, InterruptedException {
    for (Abandoned run : RunDirectory.removeAbandoned(surroundings.base())) {
      out.println(
          "removed what a killed run (process "
              + run.pid()
              + ") left behind: its directory"
              + (run.ended().isEmpty() ? "" : ", and ended " + String.join(", ", run.ended())));
    }
  }

  private static JobCatalogue.Job defaultJob(JobCatalogue catalogue) throws UsageException {
    return DEFAULT_JOBS.stream()
        .flatMap(name -> catalogue.byName(name).stream())
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "name a job; there are " + String.join(", ", catalogue.names())));
  }

  private static CommandLine parser(String name, String description, Object options) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(new Run());
    spec.name(COMMAND + " " + name);
    spec.addMixin("options", CommandSpec.forAnnotatedObject(options));
    spec.usageMessage().description(description.replace("%", "%%")).sortOptions(false);
    return new CommandLine(spec).setExpandAtFiles(false).setUsageHelpWidth(HELP_WIDTH);
  }

  private static UsageException refused(String name, ParameterException e) {
    StringBuilder message = new StringBuilder(FailureCause.oneLine(e));
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      message.append("; did you mean ").append(unmatched.getSuggestions().get(0)).append('?');
    }
    message.append("; '").append(COMMAND).append(' ').append(name);
    return new UsageException(message.append(" --help' shows the options").toString(), e);
  }

  private void printHelp() {
    out.println("Runs a Millrace job on Kafka, stores and Flink of this machine.");
    out.println();
    out.println("  " + COMMAND + "                  the default demo");
    out.println("  " + COMMAND + " list             every job: its question, topics and stores");
    out.println("  " + COMMAND + " <job> [options]  one job; Ctrl-C stops it");
    out.println(
        "  " + COMMAND + " chaos <job>      kills and disturbs a job, and judges its output");
    out.println(
        "  " + COMMAND + " chaos sinks      has outages of stores, and counts what is in them");
    out.println("  " + COMMAND + " chaos planted    plants bugs, and tells which the tests catch");
    out.println("  " + COMMAND + " <job> --help     the options of the run and of the job");
    out.println("  " + COMMAND + " transactions     the open transactions of a Kafka cluster");
    out.println(
        "  "
            + COMMAND
            + " replay <topic>   puts the records of dead letters back into their topics");
    out.println("  " + COMMAND + " dashboard        shows a Kafka cluster in the browser");
    out.println("  " + COMMAND + " intake           takes logs in by HTTP");
    out.println("  " + COMMAND + " verify-audit     checks the chains of hashes of an audit topic");
    out.println("  " + COMMAND + " query logs       searches what log ingestion has written");
    out.println("  " + COMMAND + " retention logs   deletes days of it that are archived");
    out.println(
        "  "
            + COMMAND
            + " bench <name>     a benchmark: floor, heavy-hitters, poison, trending-songs,"
            + " rate-counting, reconciliation, log-ingestion, location-fanout, adapters, state or sinks");
    out.println();
    out.println("A cluster of processes that stays:");
    out.println();
    out.println(
        "  " + COMMAND + " up               starts Kafka, stores and Flink; 'down' stops all");
    out.println("  " + COMMAND + " submit <job>     runs a job on it");
    out.println("  " + COMMAND + " feed <job>       writes the job's input into its Kafka");
    out.println("  " + COMMAND + " list-jobs        its jobs");
    out.println("  " + COMMAND + " savepoint <job>  takes a savepoint; also 'stop' and 'restore'");
    out.println("  " + COMMAND + " flink ...        Flink's own command line against it");
    out.println();
    out.println("Exit codes: 0 done, 1 the job failed, 2 wrong usage, 130 stopped too early.");
  }

  private void printJob(JobCatalogue.Job job) {
    out.println(job.name());
    out.println("  " + job.question());
    out.println("  in      " + String.join(", ", job.inputs()));
    out.println("  out     " + String.join(", ", job.outputs()));
    out.println("  stores  " + (job.stores().isEmpty() ? "none" : String.join(", ", job.stores())));
  }

  private void printOptions(JobCatalogue.Job job) {
    out.println();
    out.println("Options of the job, each as --set <option>=<value>:");
    for (JobCatalogue.Option option : job.options()) {
      if (RunPlan.isSettable(option.key())) {
        String type = option.type() == null ? "" : " (" + option.type() + ")";
        String value = option.defaultValue();
        out.println(
            "  "
                + option.key()
                + type
                + (value == null || value.isEmpty() ? "" : ", default " + value));
        Wrapped.lines(option.description(), HELP_WIDTH - HELP_INDENT.length())
            .forEach(line -> out.println(HELP_INDENT + line));
      }
    }
    out.println("  kafka.<client property>");
    out.println(HELP_INDENT + "A property of Kafka's clients, such as kafka.max.poll.records.");
    out.println("  properties-file");
    out.println(HELP_INDENT + "A file with more of them, an option a line; --set wins over it.");
  }

  /** Carries the options of a run. */
  @Command
  private static final class Run {}
}
