package io.millrace.local;

import io.millrace.local.fault.FaultSchedule;
import io.millrace.local.fault.Trial;
import io.millrace.local.fault.Trials;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A run of the fault harness whose options were all checked.
 *
 * @param run what is run, and how
 * @param trial what is fed to the job, and what it must make of it
 * @param schedule what is done to it
 * @param seeded whether the schedule comes from the seed
 * @param seed the seed of schedule and feed
 * @param duration how long the job is fed
 * @param ratePerSecond records a second that are fed
 */
record ChaosPlan(
    RunPlan run,
    Trial trial,
    FaultSchedule schedule,
    boolean seeded,
    long seed,
    Duration duration,
    long ratePerSecond) {
  private static final Duration DURATION_MIN = Duration.ofSeconds(20);
  private static final Duration TIME_PER_KILL = Duration.ofSeconds(30);
  private static final int KILLS_MAX = 10_000;

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
    int kills =
        options.kills != null
            ? options.kills
            : (int) Math.min(KILLS_MAX, options.duration.dividedBy(TIME_PER_KILL));
    if (kills < 0 || kills > KILLS_MAX) {
      throw new UsageException("--kills must be from 0 to " + KILLS_MAX);
    }
    FaultSchedule schedule =
        options.schedule != null
            ? options.schedule
            : FaultSchedule.of(options.seed, options.duration, kills, SUSPENDED);
    return new ChaosPlan(
        RunPlan.of(job, jobsJar, runOptions(trial.settings(), options)),
        trial,
        schedule,
        options.schedule == null,
        options.seed,
        options.duration,
        options.ratePerSecond);
  }

  private static Optional<Trial> trial(String job, ChaosOptions options) throws UsageException {
    Double percent = options.poisonPercent;
    if (percent == null) {
      return Trials.of(job, options.seed);
    }
    if (!(percent >= 0 && percent <= 100)) {
      throw new UsageException("--poison must be from 0 to 100, in percent");
    }
    int poison = (int) Math.round(percent / 100 * Trials.POISON_OF);
    return Trials.of(job, options.seed, () -> poison);
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
