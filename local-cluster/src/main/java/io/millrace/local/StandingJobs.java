package io.millrace.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.local.StandingCluster.Submitted;
import io.millrace.local.feed.SeededFiles;
import io.millrace.local.flink.FailureCause;
import io.millrace.local.flink.Submission;
import io.millrace.local.flink.SubmittedJob;
import io.millrace.local.host.StopSignal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.program.ProgramInvocationException;
import org.apache.flink.client.program.ProgramParametrizationException;

/** The verbs that run, save, stop and restore jobs on a standing cluster. */
final class StandingJobs {
  private static final String COMMAND = "local-cluster/run ";

  private final Surroundings surroundings;
  private final PrintStream out;

  StandingJobs(Surroundings surroundings, PrintStream out) {
    this.surroundings = surroundings;
    this.out = out;
  }

  /**
   * A job at Flink.
   *
   * @param id its id
   * @param name its name
   * @param state Flink's name of its state
   * @param startedAt when it started, in milliseconds since the epoch
   */
  private record FlinkJob(String id, String name, String state, long startedAt) {}

  int submit(List<String> args)
      throws UsageException, RunFailedException, IOException, InterruptedException {
    StandingOptions.Submit options = new StandingOptions.Submit();
    if (VerbOptions.parse(options, args, out)) {
      return ExitCode.DONE;
    }
    StandingCluster cluster = cluster();
    JobCatalogue.Job job = catalogue().required(options.job, List.of());
    Path savepoint = options.savepoint;
    Submitted how =
        new Submitted(
            "",
            job.name(),
            located(cluster, job, RunPlan.settings(job, options.settings, options.noStores)),
            !options.noStores,
            StandingOptions.parallelism(options.parallelism, cluster.parallelism()),
            0,
            savepoint == null ? null : savepoint.toAbsolutePath().toUri().toString());
    return submit(cluster, job, how);
  }

  /** The settings of a job, with a directory of the cluster where it needs one and has none. */
  private Map<String, String> located(
      StandingCluster cluster, JobCatalogue.Job job, Map<String, String> settings)
      throws IOException {
    if (!RunPlan.lacksLocation(job, settings)) {
      return settings;
    }
    Path files = Files.createDirectories(cluster.files(job.name()));
    out.println(
        job.inputs().isEmpty()
            ? String.format(
                "%s reads the files of %s; '%sfeed %s' writes some there",
                job.name(), files, COMMAND, job.name())
            : String.format(
                "files go to %s and are removed with the cluster; give --set %s=file:<directory> to"
                    + " keep them",
                files, RunPlan.LOCATION_OPTION));
    Map<String, String> located = new LinkedHashMap<>(settings);
    located.put(RunPlan.LOCATION_OPTION, RunPlan.LOCAL_FILES + files.toUri().getPath());
    return located;
  }

  /**
   * Writes the seeded files of a job where it reads files, or will once it is submitted.
   *
   * @throws UsageException where that is no directory of this machine, or topics were to be fed
   */
  static void feedFiles(
      StandingCluster cluster,
      JobCatalogue.Job job,
      StandingOptions.Feed options,
      StopSignal stop,
      PrintStream out)
      throws UsageException, IOException {
    String location =
        cluster.submitted().stream()
            .filter(submitted -> submitted.job().equals(job.name()))
            .findFirst()
            .map(submitted -> submitted.settings().get(RunPlan.LOCATION_OPTION))
            .orElse(RunPlan.LOCAL_FILES + cluster.files(job.name()));
    if (!location.startsWith(RunPlan.LOCAL_FILES)) {
      throw new UsageException(
          String.format(
              "%s reads the files of %s; put them there, 'feed' writes only on this machine",
              job.name(), location));
    }
    String directory = location.substring(RunPlan.LOCAL_FILES.length());
    if (!options.feed.inputs.isEmpty()) {
      throw new UsageException(
          String.format(
              "%s reads no topic but the files of %s; put yours there, without --input",
              job.name(), directory));
    }
    SeededFiles files = new SeededFiles(options.feed.seed, options.feed.ratePerSecond);
    Duration duration = options.feed.duration;
    out.println("writing files into " + directory + "; Ctrl-C stops it");
    files.writeLive(
        Path.of(directory),
        duration == null ? Duration.ofMillis(Long.MAX_VALUE) : duration,
        stop::isRequested);
  }

  int list(List<String> args) throws UsageException, IOException, InterruptedException {
    if (VerbOptions.parse(new StandingOptions.ListJobs(), args, out)) {
      return ExitCode.DONE;
    }
    StandingCluster cluster = cluster();
    Map<String, Submitted> known = new HashMap<>();
    cluster.submitted().forEach(job -> known.put(job.id(), job));
    List<FlinkJob> jobs = jobs(cluster);
    if (jobs.isEmpty()) {
      out.println("no jobs; '" + COMMAND + "submit <job>' runs one");
    }
    for (FlinkJob job : jobs) {
      Submitted submitted = known.get(job.id());
      String savepoint = submitted == null ? null : submitted.savepoint();
      out.println(
          String.format(
              Locale.ROOT,
              "%s  %-20s %-10s since %s%s",
              job.id(),
              job.name(),
              job.state(),
              Instant.ofEpochMilli(job.startedAt()),
              savepoint == null ? "" : "  savepoint " + savepoint));
    }
    return ExitCode.DONE;
  }

  int savepoint(List<String> args)
      throws UsageException, RunFailedException, IOException, InterruptedException {
    StandingOptions.Savepoint options = new StandingOptions.Savepoint();
    if (VerbOptions.parse(options, args, out)) {
      return ExitCode.DONE;
    }
    StandingCluster cluster = cluster();
    FlinkJob job = running(cluster, options.job);
    String savepoint = atFlink(cluster, job).savepoint(options.directory);
    remember(cluster, job, savepoint);
    out.println("savepoint of " + job.name() + " (" + job.id() + "): " + savepoint);
    return ExitCode.DONE;
  }

  int stop(List<String> args)
      throws UsageException, RunFailedException, IOException, InterruptedException {
    StandingOptions.Stop options = new StandingOptions.Stop();
    if (VerbOptions.parse(options, args, out)) {
      return ExitCode.DONE;
    }
    StandingCluster cluster = cluster();
    FlinkJob job = running(cluster, options.job);
    String savepoint = atFlink(cluster, job).stop(options.directory);
    remember(cluster, job, savepoint);
    out.println("stopped " + job.name() + " (" + job.id() + ") with savepoint " + savepoint);
    out.println("'" + COMMAND + "restore " + job.name() + "' goes on from it");
    return ExitCode.DONE;
  }

  int restore(List<String> args)
      throws UsageException, RunFailedException, IOException, InterruptedException {
    StandingOptions.Restore options = new StandingOptions.Restore();
    if (VerbOptions.parse(options, args, out)) {
      return ExitCode.DONE;
    }
    StandingCluster cluster = cluster();
    Submitted saved =
        cluster.submitted().stream()
            .filter(job -> job.isCalled(options.job) && job.savepoint() != null)
            .findFirst()
            .orElseThrow(
                () ->
                    new UsageException(
                        "there is no savepoint of "
                            + options.job
                            + " on this cluster; 'stop' and 'savepoint' make one, and 'submit"
                            + " <job> --savepoint <path>' takes one from elsewhere"));
    for (FlinkJob job : jobs(cluster)) {
      if (job.id().equals(saved.id()) && !SubmittedJob.isEnd(job.state())) {
        throw new UsageException(
            options.job + " runs (" + job.id() + "); stop it before you restore it");
      }
    }
    JobCatalogue.Job job = catalogue().required(saved.job(), List.of());
    Map<String, String> settings = new HashMap<>(saved.settings());
    settings.putAll(RunPlan.settings(job, options.settings, false));
    int parallelism = StandingOptions.parallelism(options.parallelism, saved.parallelism());
    return submit(
        cluster,
        job,
        new Submitted(
            "", saved.job(), settings, saved.stores(), parallelism, 0, saved.savepoint()));
  }

  /** Submits a job, from its savepoint where it has one, and waits until all of it runs. */
  private int submit(StandingCluster cluster, JobCatalogue.Job job, Submitted how)
      throws UsageException, RunFailedException, IOException, InterruptedException {
    requireAlone(cluster, how.flinkName());
    requireSlots(cluster, how.parallelism());
    List<String> arguments =
        RunPlan.arguments(
            job,
            how.settings(),
            false,
            cluster.bootstrap(),
            how.stores() ? cluster.stores() : Map.of());
    Submission.Start start = new Submission.Start(how.parallelism(), how.savepoint());
    SubmittedJob submitted;
    try {
      submitted =
          cluster.submission().submit(surroundings.jobsJar(), job.mainClass(), arguments, start);
    } catch (ProgramInvocationException | RuntimeException e) {
      throw refused(job.name(), e);
    }
    String id = submitted.id().toHexString();
    cluster.note(how.submitted(id, System.currentTimeMillis()));
    out.println(
        job.name()
            + " runs as "
            + id
            + (how.savepoint() == null ? "" : ", restored from " + how.savepoint()));
    return ExitCode.DONE;
  }

  /** Refuses a name under which the command has submitted a job that still runs. */
  private static void requireAlone(StandingCluster cluster, String name)
      throws UsageException, IOException, InterruptedException {
    if (cluster.submitted().stream().noneMatch(job -> job.flinkName().equals(name))) {
      return;
    }
    for (FlinkJob other : jobs(cluster)) {
      if (other.name().equals(name) && !SubmittedJob.isEnd(other.state())) {
        throw new UsageException(
            String.format(
                "%s runs already (%s), and a second one of that name would write the same"
                    + " transactions; stop it with '%sstop %s', or give --set job-name=<another>",
                name, other.id(), COMMAND, other.id()));
      }
    }
  }

  /** Refuses a job that would wait for slots which the cluster never has. */
  private static void requireSlots(StandingCluster cluster, int parallelism)
      throws UsageException, IOException, InterruptedException {
    if (parallelism <= cluster.parallelism()) {
      return;
    }
    int slots = cluster.restClient().get("/overview").path("slots-total").asInt();
    if (parallelism > slots) {
      throw new UsageException(
          String.format(
              "a job of parallelism %d needs as many slots, and the cluster has %d; give a smaller"
                  + " --parallelism, or start the cluster with '%sup --parallelism %d'",
              parallelism, slots, COMMAND, parallelism));
    }
  }

  /** Why a job was not taken: a mistake of the user's, where its {@code main} says so. */
  static RunFailedException refused(String job, Exception e) throws UsageException {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProgramParametrizationException) {
        throw new UsageException(job + ": " + FailureCause.oneLine(cause), e);
      }
    }
    return new RunFailedException(job + " could not be submitted: " + FailureCause.of(e), e);
  }

  private void remember(StandingCluster cluster, FlinkJob job, String savepoint)
      throws IOException {
    for (Submitted submitted : cluster.submitted()) {
      if (submitted.id().equals(job.id())) {
        cluster.note(submitted.withSavepoint(savepoint));
      }
    }
  }

  private static SubmittedJob atFlink(StandingCluster cluster, FlinkJob job) {
    return new SubmittedJob(cluster.restClient(), JobID.fromHexString(job.id()));
  }

  /** The one job of that name or id that runs. */
  private static FlinkJob running(StandingCluster cluster, String called)
      throws UsageException, IOException, InterruptedException {
    List<FlinkJob> found =
        jobs(cluster).stream()
            .filter(job -> !SubmittedJob.isEnd(job.state()))
            .filter(job -> job.id().equals(called) || job.name().equals(called))
            .toList();
    if (found.isEmpty()) {
      throw new UsageException(
          "no job " + called + " runs; '" + COMMAND + "list-jobs' shows those that do");
    } else if (found.size() > 1) {
      throw new UsageException(
          found.size()
              + " jobs "
              + called
              + " run; name one by its id: "
              + String.join(", ", found.stream().map(FlinkJob::id).toList()));
    }
    return found.get(0);
  }

  private static List<FlinkJob> jobs(StandingCluster cluster)
      throws IOException, InterruptedException {
    List<FlinkJob> jobs = new ArrayList<>();
    for (JsonNode job : cluster.restClient().get("/jobs/overview").path("jobs")) {
      jobs.add(
          new FlinkJob(
              job.path("jid").asText(),
              job.path("name").asText(),
              job.path("state").asText(),
              job.path("start-time").asLong()));
    }
    return jobs;
  }

  private StandingCluster cluster() throws UsageException {
    return StandingCluster.required(surroundings.base());
  }

  private JobCatalogue catalogue() throws UsageException {
    return JobCatalogue.read(surroundings.jobsJar());
  }
}
