package io.millrace.local;

import io.millrace.local.broker.Broker;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.SinkTopics;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.dashboard.Dashboard;
import io.millrace.local.dashboard.DashboardSettings;
import io.millrace.local.dashboard.DashboardSources;
import io.millrace.local.feed.FileFeed;
import io.millrace.local.feed.InputException;
import io.millrace.local.feed.SeededFiles;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.flink.FailureCause;
import io.millrace.local.flink.FlinkCluster;
import io.millrace.local.flink.FlinkPlugins;
import io.millrace.local.flink.LocalFlink;
import io.millrace.local.flink.Submission;
import io.millrace.local.flink.SubmittedJob;
import io.millrace.local.host.RunDirectory;
import io.millrace.local.host.StopSignal;
import io.millrace.local.intake.IntakeSettings;
import io.millrace.local.intake.LogIntake;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.Children;
import io.millrace.local.process.FlinkProcesses;
import io.millrace.local.process.ProcessSettings;
import io.millrace.local.query.LogIndex;
import io.millrace.local.store.LocalS3;
import io.millrace.local.store.LocalStores;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.client.program.ProgramInvocationException;
import org.jspecify.annotations.Nullable;

/**
 * One run of a job: starts the servers, feeds the inputs, submits the job, shows its progress,
 * reads its sink topics and takes everything down again.
 */
final class JobRun {
  /** How a run came to its end. */
  private enum End {
    FINISHED,
    FAILED,
    CANCELLED_ELSEWHERE,
    STOPPED
  }

  private static final Duration WATCH_INTERVAL = Duration.ofMillis(200);
  private static final Duration CANCEL_LIMIT = Duration.ofSeconds(60);
  private static final Duration DECISION_LIMIT = Duration.ofSeconds(60);
  private static final Duration FEED_END_LIMIT = Duration.ofSeconds(60);

  /** A JobManager that died is replaced and has its jobs back within this. */
  private static final Duration SILENCE_LIMIT = Duration.ofSeconds(60);

  private final RunPlan plan;
  private final RunDirectory directory;
  private final StopSignal stop;
  private final PrintStream out;
  private final boolean terminal;
  private final long startedAt = System.nanoTime();

  JobRun(RunPlan plan, RunDirectory directory, StopSignal stop, PrintStream out, boolean terminal) {
    this.plan = plan;
    this.directory = directory;
    this.stop = stop;
    this.out = out;
    this.terminal = terminal;
  }

  /**
   * Runs the job to its end or to the user's stop.
   *
   * @return the command's exit code
   * @throws UsageException where an input or an option turns out to be unusable on the way
   * @throws RunFailedException where the job or a server fails
   */
  int run() throws UsageException, RunFailedException, IOException, InterruptedException {
    out.println("starting Kafka" + LocalStores.words(plan.stores()) + " and Flink");
    try (LocalStores stores =
            LocalStores.begin(plan.stores(), children(), directory.path(), directory::recordChild);
        Broker broker = startBroker();
        TopicAdmin admin = new TopicAdmin(broker.bootstrap());
        @Nullable LocalS3 s3 = plan.s3().start(children(), directory.path());
        FlinkCluster flink = startFlink(s3);
        TopicFeeder feeder = new TopicFeeder(broker.bootstrap());
        @Nullable Dashboard dashboard = startDashboard(broker, flink, stores)) {
      admin.create(plan.inputs());
      announce(dashboard, flink);
      if (plan.bounded()) {
        feedAll(feeder);
      }
      if (stop.isRequested()) {
        return stopped(feeder.sent(), Map.of());
      }
      try (@Nullable LogIntake intake = startIntake(broker)) {
        if (intake != null) {
          IntakeCommand.announce(intake, out);
        }
        Map<String, String> addresses = stores.addresses();
        addresses.forEach((name, address) -> out.println(name + " is at " + address));
        SubmittedJob job =
            submit(flink, plan.job(), plan.jobsJar(), arguments(broker.bootstrap(), addresses));
        out.println(plan.job().name() + " runs" + (plan.bounded() ? "" : "; Ctrl-C stops it"));
        // Not before, so that a job which refuses its options leaves no output behind.
        try (SinkTopics sinks =
            SinkTopics.follow(
                broker.bootstrap(), plan.job().outputs(), plan.output(), DECISION_LIMIT)) {
          ProgressReport progress =
              new ProgressReport(
                  job, admin, plan.inputs().stream().map(Topic::name).toList(), out, terminal);
          return watch(job, feeder, sinks, progress);
        }
      }
    }
  }

  private int watch(SubmittedJob job, TopicFeeder feeder, SinkTopics sinks, ProgressReport progress)
      throws UsageException, RunFailedException, IOException, InterruptedException {
    StopSignal feedStop = StopSignal.manual();
    FutureTask<@Nullable Void> feed =
        new FutureTask<>(
            () -> {
              plan.feedLive(feeder, files(), feedStop::isRequested);
              return null;
            });
    if (!plan.bounded()) {
      Thread thread = new Thread(feed, "feed");
      thread.setDaemon(true);
      thread.start();
    }
    End end;
    try {
      end = await(job, feed, progress);
      progress.look();
    } finally {
      progress.endLine();
      feedStop.request();
    }
    if (!plan.bounded()) {
      awaitFeed(feed);
    }
    switch (end) {
      case FINISHED -> {
        sinks.finish(true);
        summary("done", progress.recordsInTopics(), sinks.rows(), progress.restarts());
        return ExitCode.DONE;
      }
      case STOPPED -> {
        cancel(job);
        sinks.finish(false);
        return stopped(progress.recordsIn(), sinks.rows());
      }
      case CANCELLED_ELSEWHERE ->
          throw new RunFailedException(plan.job().name() + " was cancelled by somebody else");
      case FAILED ->
          throw new RunFailedException(plan.job().name() + " failed: " + job.finalFailure());
    }
    throw new IllegalStateException("no such end: " + end);
  }

  /** Waits for the end of the job, of its feed by a failure, or for the user's stop. */
  private End await(SubmittedJob job, FutureTask<?> feed, ProgressReport progress)
      throws RunFailedException, UsageException, IOException, InterruptedException {
    long answeredAt = System.nanoTime();
    while (!stop.await(WATCH_INTERVAL)) {
      String state;
      try {
        state = job.state();
        answeredAt = System.nanoTime();
      } catch (IOException e) {
        if (System.nanoTime() - answeredAt > SILENCE_LIMIT.toNanos()) {
          throw new RunFailedException("Flink does not answer: " + FailureCause.of(e), e);
        }
        continue;
      }
      if (SubmittedJob.isEnd(state)) {
        return switch (state) {
          case SubmittedJob.FINISHED -> End.FINISHED;
          case SubmittedJob.FAILED -> End.FAILED;
          default -> End.CANCELLED_ELSEWHERE;
        };
      }
      if (feed.isDone()) {
        awaitFeed(feed);
      }
      progress.tick();
    }
    return End.STOPPED;
  }

  /** Submits a job; see {@link FlinkCluster#submit}. */
  static SubmittedJob submit(
      FlinkCluster flink, JobCatalogue.Job job, Path jobsJar, List<String> arguments)
      throws UsageException, RunFailedException {
    try {
      return flink.submit(jobsJar, job.mainClass(), arguments, Submission.Start.FRESH);
    } catch (ProgramInvocationException | RuntimeException e) {
      throw StandingJobs.refused(job.name(), e);
    }
  }

  private void cancel(SubmittedJob job)
      throws IOException, InterruptedException, RunFailedException {
    job.cancel();
    long deadline = System.nanoTime() + CANCEL_LIMIT.toNanos();
    while (!SubmittedJob.isEnd(job.state())) {
      if (System.nanoTime() > deadline) {
        throw new RunFailedException(
            plan.job().name() + " could not be cancelled in " + CANCEL_LIMIT.toSeconds() + " s");
      }
      Thread.sleep(WATCH_INTERVAL.toMillis());
    }
  }

  private void feedAll(TopicFeeder feeder) throws IOException, UsageException {
    FileFeed files = plan.files();
    Duration duration = plan.feedDuration();
    SeededFiles seeded = plan.seededFiles();
    if (seeded != null && duration != null) {
      long rows = seeded.writePast(files(), duration, stop::isRequested);
      out.println(String.format(Locale.ROOT, "wrote %,d rows into files", rows));
      return;
    }
    if (plan.inputs().isEmpty()) {
      return;
    }
    if (files != null) {
      try {
        files.feed(feeder, stop::isRequested);
      } catch (InputException e) {
        throw new UsageException(FailureCause.oneLine(e), e);
      }
    } else if (duration != null) {
      plan.feeds().feedPast(feeder, duration, System.currentTimeMillis(), stop::isRequested);
    }
    out.println(String.format(Locale.ROOT, "fed %,d records", feeder.sent()));
    if (files != null) {
      files.disorder().forEach(this::tellDisorder);
    }
  }

  /** A job that does not wait long enough calls rows late, and how many depends on its pace. */
  private void tellDisorder(Topic<?> topic, Duration by) {
    Duration awaited = plan.maxOutOfOrderness();
    if (by.compareTo(awaited) > 0) {
      out.println(
          "rows of "
              + topic.name()
              + " are up to "
              + Durations.text(by)
              + " out of order, and the job waits "
              + Durations.text(awaited)
              + " for such; with --set "
              + RunPlan.OUT_OF_ORDERNESS_OPTION
              + "="
              + (by.toSeconds() + 1)
              + "s none of them is late");
    }
  }

  /** Where files are written for a job that reads files, and by one that writes them. */
  private Path files() {
    return directory.path().resolve("files");
  }

  /** What the job's {@code main} gets. */
  private List<String> arguments(String bootstrap, Map<String, String> stores) throws IOException {
    List<String> arguments = plan.arguments(bootstrap, stores);
    if (plan.lacksLocation()) {
      Path files = Files.createDirectories(files());
      if (plan.seededFiles() == null) {
        out.println(
            "files go to "
                + files
                + " and are removed at the end; give --set "
                + RunPlan.LOCATION_OPTION
                + "=file:<directory> to keep them");
      }
      arguments.addAll(
          List.of("--" + RunPlan.LOCATION_OPTION, RunPlan.LOCAL_FILES + files.toUri().getPath()));
    }
    return arguments;
  }

  private void awaitFeed(FutureTask<?> feed)
      throws UsageException, RunFailedException, InterruptedException {
    try {
      feed.get(FEED_END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof InputException) {
        throw new UsageException(FailureCause.oneLine(cause), cause);
      }
      throw new RunFailedException("the feed failed: " + FailureCause.of(cause), cause);
    } catch (TimeoutException e) {
      throw new RunFailedException(
          "the feed did not stop in " + FEED_END_LIMIT.toSeconds() + " s", e);
    }
  }

  private Broker startBroker() throws IOException, InterruptedException {
    Path data = directory.path().resolve("kafka");
    return plan.processes() == null
        ? LocalBroker.start(data)
        : BrokerProcess.start(children(), data);
  }

  private @Nullable Dashboard startDashboard(Broker broker, FlinkCluster flink, LocalStores stores)
      throws IOException {
    DashboardSettings settings = plan.dashboard();
    if (settings == null) {
      return null;
    }
    return Dashboard.start(
        settings,
        new DashboardSources(
            broker.bootstrap(),
            Map.of(),
            "",
            List.of(flink.address()),
            false,
            () -> logs(stores.addresses())));
  }

  private static @Nullable LogIndex logs(Map<String, String> stores) {
    String address = stores.get(LocalStores.OPENSEARCH);
    return address == null ? null : LogIndex.at(address, "");
  }

  /** Live, a job that reads lines gets those that come by HTTP too. */
  private @Nullable LogIntake startIntake(Broker broker) throws IOException {
    return plan.bounded() || !plan.inputs().contains(Topics.LOGS_RAW)
        ? null
        : LogIntake.start(IntakeSettings.local(), broker.bootstrap(), Map.of());
  }

  private void announce(@Nullable Dashboard dashboard, FlinkCluster flink) {
    DashboardSettings settings = plan.dashboard();
    if (dashboard != null && settings != null) {
      DashboardPage.announce(dashboard, settings, plan.openDashboard(), out);
      out.println("Flink's web UI: " + flink.address());
    }
  }

  private FlinkCluster startFlink(@Nullable LocalS3 s3)
      throws UsageException, IOException, InterruptedException {
    Path data = directory.path().resolve("flink");
    FlinkPlugins plugins = plan.s3().plugins(s3);
    ProcessSettings processes = plan.processes();
    return processes == null
        ? LocalFlink.start(data, plan.flink(), plugins)
        : FlinkProcesses.start(children(), data, processes, plugins);
  }

  private Children children() throws IOException {
    return Children.in(directory.path(), directory::recordChild);
  }

  /** A live run has no other end than being stopped; a bounded one is then incomplete. */
  private int stopped(long recordsIn, Map<String, Long> rows) {
    summary(plan.bounded() ? "stopped before its end" : "stopped", recordsIn, rows, 0);
    return plan.bounded() ? ExitCode.INTERRUPTED : ExitCode.DONE;
  }

  private void summary(String how, long recordsIn, Map<String, Long> rows, long restarts) {
    Duration time = Duration.ofNanos(System.nanoTime() - startedAt);
    out.println(
        plan.job().name()
            + " "
            + how
            + " after "
            + Durations.text(time)
            + (restarts == 0 ? "" : " and " + restarts + " restarts"));
    out.println(String.format(Locale.ROOT, "records in  %,12d", recordsIn));
    rows.forEach(
        (topic, count) ->
            out.println(String.format(Locale.ROOT, "rows out    %,12d  %s", count, topic)));
    if (plan.output() != null) {
      out.println("written to  " + plan.output().toAbsolutePath().normalize());
    }
  }
}
