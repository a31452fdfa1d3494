package io.millrace.local;

import io.millrace.local.fault.FaultSchedule;
import io.millrace.local.fault.SoakWatch;
import io.millrace.local.fault.Trial;
import io.millrace.local.fault.Trials;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A run of the fault harness whose options were all checked.
 *
 * @param run what is run, and how
 * @param trial what is fed to the job, and what it must make of it
 * @param schedule what is done to it
 * @param seeded whether the schedule comes from the seed
 * @param soak whether nothing that the cluster holds may grow
 * @param seed the seed of schedule and feed
 * @param duration how long the job is fed
 * @param ratePerSecond records a second that are fed
 */
record ChaosPlan(
    RunPlan run,
    Trial trial,
    FaultSchedule schedule,
    boolean seeded,
    boolean soak,
    long seed,
    Duration duration,
    long ratePerSecond) {
  private static final Duration DURATION_MIN = Duration.ofSeconds(20);
  private static final Duration TIME_PER_KILL = Duration.ofSeconds(30);
  private static final int KILLS_MAX = 10_000;
  private static final double HOT_MAX = 99.9;

  /** In less, processes hardly grow old enough to be compared. */
  private static final Duration SOAK_MIN = Duration.ofMinutes(20);

  /** Longer than the cluster's heartbeat timeout of 10 s, so that it is given up meanwhile. */
  private static final Duration SUSPENDED = Duration.ofSeconds(15);

  /**
   * Checks the options.
   *
   * @throws UsageException where they don't fit the job or each other
   */
  static ChaosPlan of(JobCatalogue.Job job, Path jobsJar, ChaosOptions options)
      throws UsageException {
    Trial trial =
        trial(job.name(), options)
            .orElseThrow(
                () ->
                    new UsageException(
                        "there is no oracle for "
                            + job.name()
                            + " yet; chaos can try "
                            + String.join(", ", Trials.jobs())));
    if (options.duration.compareTo(DURATION_MIN) < 0) {
      throw new UsageException("--duration must be at least " + Durations.text(DURATION_MIN));
    }
    if (options.schedule != null && options.kills != null) {
      throw new UsageException("--schedule and --kills exclude each other; give one");
    }
    if (options.soak) {
      checkSoak(options);
    }
    int kills =
        options.kills != null
            ? options.kills
            : (int) Math.min(KILLS_MAX, options.duration.dividedBy(TIME_PER_KILL));
    if (kills < 0 || kills > KILLS_MAX) {
      throw new UsageException("--kills must be from 0 to " + KILLS_MAX);
    }
    return new ChaosPlan(
        RunPlan.of(job, jobsJar, runOptions(trial.settings(), options)),
        trial,
        schedule(options, kills),
        options.schedule == null,
        options.soak,
        options.seed,
        options.duration,
        options.ratePerSecond);
  }

  private static void checkSoak(ChaosOptions options) throws UsageException {
    if (options.kills != null) {
      throw new UsageException(
          "--soak and --kills exclude each other; a soak has kills of its own");
    }
    if (options.duration.compareTo(SOAK_MIN) < 0) {
      throw new UsageException("--soak needs a --duration of at least " + Durations.text(SOAK_MIN));
    }
    if (!SoakWatch.isPossible()) {
      throw new UsageException("--soak needs Linux, which tells in /proc what processes hold");
    }
  }

  private static FaultSchedule schedule(ChaosOptions options, int kills) {
    if (options.schedule != null) {
      return options.schedule;
    }
    return options.soak
        ? FaultSchedule.soak(options.seed, options.duration, SUSPENDED)
        : FaultSchedule.of(options.seed, options.duration, kills, SUSPENDED);
  }

  private static Optional<Trial> trial(String job, ChaosOptions options) throws UsageException {
    int poison = poison(job, options.poisonPercent);
    Double hot = options.hotPercent;
    if (hot == null || !Trials.jobs().contains(job)) {
      return Trials.of(job, options.seed, () -> poison);
    }
    if (!(hot >= 0 && hot <= HOT_MAX)) {
      throw new UsageException("--hot must be from 0 to " + HOT_MAX + ", in percent");
    }
    if (!Trials.jobsWithKeys().contains(job)) {
      throw new UsageException(
          "--hot is not possible for "
              + job
              + ", only for "
              + String.join(", ", Trials.jobsWithKeys()));
    }
    return Trials.withHotKey(job, options.seed, () -> poison, hot / 100);
  }

  private static int poison(String job, @Nullable Double percent) throws UsageException {
    if (percent == null) {
      return Trials.usualPoison(job);
    }
    if (!(percent >= 0 && percent <= 100)) {
      throw new UsageException("--poison must be from 0 to 100, in percent");
    }
    return (int) Math.round(percent / 100 * Trials.POISON_OF);
  }

  private static RunOptions runOptions(Map<String, String> own, ChaosOptions options)
      throws UsageException {
    RunOptions run = new RunOptions();
    for (String setting : options.settings) {
      String key = setting.split("=", 2)[0];
      if (own.containsKey(key)) {
        throw new UsageException(
            "--set " + key + " is not possible: the oracle needs it to be " + own.get(key));
      }
      if (key.equals(RunPlan.LOCATION_OPTION)) {
        throw new UsageException(
            "--set " + key + " is not possible: the oracle looks into a directory of the run");
      }
    }
    run.settings = new ArrayList<>(options.settings);
    own.forEach((key, value) -> run.settings.add(key + "=" + value));
    run.parallelism = options.parallelism;
    run.stateOptions = options.stateOptions;
    run.noStores = true;
    run.noDashboard = true;
    return run;
  }

  /**
   * What the job's {@code main} gets.
   *
   * @param directory for what the job works on beside topics
   * @throws IOException where that can't be made
   */
  List<String> arguments(String bootstrap, Path directory) throws IOException {
    List<String> arguments = new ArrayList<>(run.arguments(bootstrap, Map.of()));
    trial.place(directory).forEach((key, value) -> arguments.addAll(List.of("--" + key, value)));
    return arguments;
  }
}
