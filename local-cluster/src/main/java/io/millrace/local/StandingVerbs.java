package io.millrace.local;

import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.InputException;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.flink.FailureCause;
import io.millrace.local.host.ClassPath;
import io.millrace.local.host.ProcessIdentity;
import io.millrace.local.host.RunDirectory;
import io.millrace.local.host.StopSignal;
import io.millrace.local.store.LocalStores;
import io.millrace.schema.Topic;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The verbs that start, feed and end a standing cluster; {@link StandingJobs} has the others. */
final class StandingVerbs {
  /** The names of all verbs of a standing cluster. */
  static final List<String> NAMES =
      List.of(
          "up",
          "submit",
          "list-jobs",
          "savepoint",
          "stop",
          "restore",
          "feed",
          "flink",
          "transactions",
          "replay",
          "dashboard",
          "intake",
          "verify-audit",
          "query",
          "retention",
          "down");

  private static final Duration DOWN_LIMIT = Duration.ofSeconds(90);

  /** Longer than all parts of a cluster may take to come up. */
  private static final Duration UP_LIMIT = Duration.ofMinutes(10);

  private static final Duration POLL = Duration.ofMillis(50);
  private static final String COMMAND = "local-cluster/run ";

  private final Surroundings surroundings;
  private final PrintStream out;

  StandingVerbs(Surroundings surroundings, PrintStream out) {
    this.surroundings = surroundings;
    this.out = out;
  }

  /**
   * Carries out a verb.
   *
   * @return the command's exit code
   * @throws UsageException where it can't be carried out as it is given
   * @throws RunFailedException where Flink, Kafka or the job fails
   */
  int run(String verb, List<String> args)
      throws UsageException, RunFailedException, IOException, InterruptedException {
    StandingJobs jobs = new StandingJobs(surroundings, out);
    return switch (verb) {
      case "up" -> up(args);
      case "submit" -> jobs.submit(args);
      case "list-jobs" -> jobs.list(args);
      case "savepoint" -> jobs.savepoint(args);
      case "stop" -> jobs.stop(args);
      case "restore" -> jobs.restore(args);
      case "feed" -> feed(args);
      case "flink" -> flink(args);
      case "transactions" -> TransactionsCommand.run(args, surroundings.base(), out);
      case "replay" -> ReplayCommand.run(args, surroundings.base(), out);
      case "dashboard" -> DashboardCommand.run(args, surroundings, out);
      case "intake" -> IntakeCommand.run(args, surroundings, out);
      case "verify-audit" -> VerifyAuditCommand.run(args, surroundings.base(), out);
      case "query" -> QueryCommand.run(args, surroundings.base(), out);
      case "retention" ->
          RetentionCommand.run(args, surroundings.base(), surroundings.jobsJar(), out);
      case "down" -> down(args);
      default -> throw new IllegalArgumentException("no verb " + verb);
    };
  }

  private int up(List<String> args)
      throws UsageException, RunFailedException, IOException, InterruptedException {
    UpOptions options = new UpOptions();
    if (VerbOptions.parse(options, args, out)) {
      return ExitCode.DONE;
    }
    try {
      options.settings();
    } catch (IllegalArgumentException e) {
      throw new UsageException(FailureCause.oneLine(e), e);
    }
    Optional<StandingCluster> before = StandingCluster.find(surroundings.base());
    if (before.isPresent()) {
      throw new UsageException(
          "a cluster is up already (process "
              + before.get().keeper().pid()
              + "); '"
              + COMMAND
              + "down' stops it");
    }
    out.println(
        "starting Kafka"
            + LocalStores.words(options.noStores ? Set.of() : LocalStores.KNOWN)
            + " and Flink");
    try (StopSignal stop = surroundings.stop().get()) {
      Process keeper = new KeeperLaunch(surroundings.base(), surroundings.jobsJar()).start(args);
      Thread watch = new Thread(() -> endWith(stop, keeper), "stop-keeper");
      watch.setDaemon(true);
      watch.start();
      String verdict = KeeperLaunch.verdict(keeper);
      if (!verdict.equals(Keeper.READY)) {
        throw new RunFailedException("the cluster did not come up: " + verdict);
      }
      watch.interrupt();
    }
    describe(StandingCluster.required(surroundings.base()));
    return ExitCode.DONE;
  }

  private static void endWith(StopSignal stop, Process keeper) {
    try {
      if (stop.await(UP_LIMIT)) {
        keeper.destroy();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void describe(StandingCluster cluster) {
    out.println("Kafka             " + cluster.bootstrap());
    cluster.stores().forEach((name, address) -> out.printf("%-17s %s%n", name, address));
    out.println("Flink's web UI    " + cluster.rest().get(0));
    out.println("FLINK_CONF_DIR    " + cluster.configDirectory());
    out.println("logs              " + Path.of(cluster.directory(), "logs"));
    out.println("'" + COMMAND + "submit <job>' runs a job on it, '" + COMMAND + "down' stops it");
    out.println("'" + COMMAND + "dashboard' shows it in the browser");
  }

  /** Writes a job's input into the cluster's Kafka, as a run of the job would. */
  private int feed(List<String> args)
      throws UsageException, RunFailedException, IOException, InterruptedException {
    StandingOptions.Feed options = new StandingOptions.Feed();
    if (VerbOptions.parse(options, args, out)) {
      return ExitCode.DONE;
    }
    StandingCluster cluster = StandingCluster.required(surroundings.base());
    JobCatalogue.Job job =
        JobCatalogue.read(surroundings.jobsJar()).required(options.job, List.of());
    if (job.inputs().isEmpty()) {
      if (!RunPlan.lacksLocation(job, Map.of())) {
        throw new UsageException(job.name() + " reads no topic that could be fed");
      }
      try (StopSignal stop = surroundings.stop().get()) {
        StandingJobs.feedFiles(cluster, job, options, stop, out);
      }
      return ExitCode.DONE;
    }
    RunPlan plan = RunPlan.of(job, surroundings.jobsJar(), options.asRun());
    try (StopSignal stop = surroundings.stop().get();
        TopicAdmin admin = new TopicAdmin(cluster.bootstrap());
        TopicFeeder feeder = new TopicFeeder(cluster.bootstrap())) {
      admin.create(plan.inputs());
      out.println(
          "feeding "
              + String.join(", ", plan.inputs().stream().map(Topic::name).toList())
              + "; Ctrl-C stops it");
      plan.feedLive(feeder, surroundings.base(), stop::isRequested);
      out.println(String.format(Locale.ROOT, "fed %,d records", feeder.sent()));
      return ExitCode.DONE;
    } catch (InputException e) {
      throw new UsageException(FailureCause.oneLine(e), e);
    }
  }

  /** Runs Flink's own command line against the cluster, whatever it is told. */
  private int flink(List<String> args) throws UsageException, IOException, InterruptedException {
    Optional<StandingCluster> found = StandingCluster.find(surroundings.base());
    if (found.isEmpty() && LocalCluster.isHelp(args)) {
      out.println("Usage: " + COMMAND + "flink <action> [options]");
      out.println("Runs Flink's own command line against the cluster that is up, such as");
      out.println("'flink list'. While one is up, --help shows what Flink says of it.");
      return ExitCode.DONE;
    }
    StandingCluster cluster = StandingCluster.required(surroundings.base());
    List<String> command = new ArrayList<>();
    command.add(ClassPath.java().toString());
    command.addAll(List.of("--add-opens", "java.base/java.util=ALL-UNNAMED"));
    command.add("-Dlog.file=" + Path.of(cluster.directory(), "logs", "flink-client.log"));
    command.add("-Dlog4j2.configurationFile=" + cluster.logging());
    command.addAll(List.of("-cp", ClassPath.current().flinkOnly().text()));
    command.add("org.apache.flink.client.cli.CliFrontend");
    command.addAll(args);
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put("FLINK_CONF_DIR", cluster.configDirectory());
    return builder.start().waitFor();
  }

  private int down(List<String> args)
      throws UsageException, RunFailedException, IOException, InterruptedException {
    if (VerbOptions.parse(new StandingOptions.Down(), args, out)) {
      return ExitCode.DONE;
    }
    Path base = surroundings.base();
    Optional<StandingCluster> found = StandingCluster.find(base);
    if (found.isEmpty()) {
      RunDirectory.removeAbandoned(base);
      out.println("no cluster is up");
      return ExitCode.DONE;
    }
    ProcessIdentity keeper = found.get().keeper();
    keeper.terminate();
    long deadline = System.nanoTime() + DOWN_LIMIT.toNanos();
    while (keeper.isAlive() && System.nanoTime() < deadline) {
      Thread.sleep(POLL.toMillis());
    }
    keeper.end();
    // Where the keeper was killed, its processes are ended here.
    RunDirectory.removeAbandoned(base);
    StandingCluster.withdraw(base);
    out.println("the cluster is down");
    return ExitCode.DONE;
  }
}
