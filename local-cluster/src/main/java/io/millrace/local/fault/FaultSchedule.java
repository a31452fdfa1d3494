package io.millrace.local.fault;

import io.millrace.local.fault.Fault.Action;
import io.millrace.local.fault.Fault.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * What is done to a job, and when. The same seed gives the same schedule, and its text can be given
 * back.
 *
 * @param faults the faults, in the order of their time
 */
public record FaultSchedule(List<Fault> faults) {
  /** No fault before this, so that the job has come up and has a checkpoint. */
  static final Duration WARM_UP = Duration.ofSeconds(10);

  private static final int KILLS_PER_OTHER_FAULT = 4;
  private static final int STEP_MILLIS = 100;

  /** In a soak, time for each fault. */
  private static final Duration SOAK_SLOT = Duration.ofMinutes(1);

  /**
   * In the middle of a soak, the first and third of so many faults are kills, the last a zombie.
   */
  private static final int SOAK_ROUND = 4;

  private static final Duration PARTITION_MIN = Duration.ofSeconds(5);
  private static final Duration PARTITION_MAX = Duration.ofSeconds(90);

  /** The order in which faults other than kills are dealt out, the most telling ones first. */
  private static final List<Action> OTHERS =
      List.of(
          Action.SUSPEND,
          Action.DROP,
          Action.RESET,
          Action.DROP_TO_CLIENT,
          Action.DELAY,
          Action.DROP_TO_SERVER,
          Action.LIMIT,
          Action.REFUSE);

  /** The order in which a soak deals out faults of the network. */
  private static final List<Action> OF_NETWORK =
      List.of(
          Action.DROP,
          Action.RESET,
          Action.DROP_TO_CLIENT,
          Action.DELAY,
          Action.DROP_TO_SERVER,
          Action.LIMIT,
          Action.REFUSE);

  /** The order in which a soak kills. */
  private static final List<Target> KILLED =
      List.of(Target.TASK_MANAGER, Target.JOB_MANAGER, Target.TASK_MANAGER, Target.BROKER);

  /** Orders the faults by time. */
  public FaultSchedule {
    faults = faults.stream().sorted((a, b) -> Long.compare(a.at(), b.at())).toList();
  }

  /**
   * A schedule of kills and, for every four of them, one fault of another kind. Of the kills two
   * thirds are of TaskManagers, the rest of JobManager and broker in turn.
   *
   * @param seed decides the order, the times and how long faults last
   * @param duration the time over which faults are spread, after a warm-up of 10 s
   * @param kills how many processes are killed, not negative
   * @param suspended how long a stopped process stays so, longer than a heartbeat's timeout
   */
  public static FaultSchedule of(long seed, Duration duration, int kills, Duration suspended) {
    Random random = new Random(seed);
    List<Fault> drawn = new ArrayList<>();
    int taskManagers = (2 * kills + 2) / 3;
    for (int kill = 0; kill < kills; kill++) {
      Target target =
          kill < taskManagers
              ? Target.TASK_MANAGER
              : (kill - taskManagers) % 2 == 0 ? Target.JOB_MANAGER : Target.BROKER;
      drawn.add(new Fault(0, Action.KILL, target, 0, 0));
    }
    int others = (kills + KILLS_PER_OTHER_FAULT - 1) / KILLS_PER_OTHER_FAULT;
    for (int other = 0; other < others; other++) {
      drawn.add(other(OTHERS.get(other % OTHERS.size()), random, suspended));
    }
    Collections.shuffle(drawn, random);
    long slot = Math.max(0, duration.minus(WARM_UP).toMillis()) / Math.max(1, drawn.size());
    return placed(drawn, slot, random);
  }

  /**
   * A schedule of a fault a minute. In the first and the last quarter of the time it is the network
   * that fails, so that processes of like age can be compared; in between every other fault is a
   * kill, of a TaskManager, JobManager, TaskManager and broker in turn, and one of four stops a
   * TaskManager. More than half of the network's faults are partitions of 5 to 90 s, most of them
   * short.
   *
   * @param seed decides the times and how long faults last
   * @param duration the time over which faults are spread, after a warm-up of 10 s
   * @param suspended how long a stopped process stays so, longer than a heartbeat's timeout
   */
  public static FaultSchedule soak(long seed, Duration duration, Duration suspended) {
    Random random = new Random(seed);
    long count = Math.max(0, duration.minus(WARM_UP).dividedBy(SOAK_SLOT));
    List<Fault> drawn = new ArrayList<>();
    int kills = 0;
    int ofNetwork = 0;
    for (int i = 0; i < count; i++) {
      boolean onlyNetwork = i < count / 4 || i >= count - count / 4;
      if (!onlyNetwork && i % 2 == 0) {
        drawn.add(new Fault(0, Action.KILL, KILLED.get(kills % KILLED.size()), 0, 0));
        kills++;
      } else if (!onlyNetwork && i % SOAK_ROUND == SOAK_ROUND - 1) {
        drawn.add(other(Action.SUSPEND, random, suspended));
      } else {
        drawn.add(ofNetwork(OF_NETWORK.get(ofNetwork % OF_NETWORK.size()), random, suspended));
        ofNetwork++;
      }
    }
    return placed(drawn, SOAK_SLOT.toMillis(), random);
  }

  /** Gives each fault a time in the first half of a slot of its own. */
  private static FaultSchedule placed(List<Fault> drawn, long slotMillis, Random random) {
    List<Fault> placed = new ArrayList<>();
    for (int i = 0; i < drawn.size(); i++) {
      long at = WARM_UP.toMillis() + i * slotMillis + (long) (random.nextDouble() * slotMillis / 2);
      Fault fault = drawn.get(i);
      placed.add(
          new Fault(
              at / STEP_MILLIS * STEP_MILLIS,
              fault.action(),
              fault.target(),
              fault.amount(),
              fault.lastingMillis()));
    }
    return new FaultSchedule(placed);
  }

  /** Partitions of the network last longer than they do beside kills. */
  private static Fault ofNetwork(Action action, Random random, Duration suspended) {
    return switch (action) {
      case DROP, DROP_TO_CLIENT, DROP_TO_SERVER, REFUSE -> {
        double longest = (double) PARTITION_MAX.toMillis() / PARTITION_MIN.toMillis();
        long lasting = (long) (PARTITION_MIN.toMillis() * Math.pow(longest, random.nextDouble()));
        yield new Fault(0, action, Target.BROKER, 0, lasting / STEP_MILLIS * STEP_MILLIS);
      }
      default -> other(action, random, suspended);
    };
  }

  /**
   * Reads the text of a schedule: faults separated by line ends or semicolons. Empty lines, and
   * what follows a {@code #}, are ignored.
   *
   * @throws IllegalArgumentException where something else is in it; the message names it
   */
  public static FaultSchedule parse(String text) {
    List<Fault> faults = new ArrayList<>();
    for (String line : text.lines().toList()) {
      int comment = line.indexOf('#');
      for (String fault : (comment < 0 ? line : line.substring(0, comment)).split(";", -1)) {
        if (!fault.isBlank()) {
          faults.add(Fault.parse(fault));
        }
      }
    }
    if (faults.isEmpty()) {
      throw new IllegalArgumentException("the schedule has no faults");
    }
    return new FaultSchedule(faults);
  }

  /** How many of the faults are kills. */
  public long kills() {
    return faults.stream().filter(Fault::isKill).count();
  }

  /** One fault a line, as {@link #parse} reads them. */
  @Override
  public String toString() {
    return faults.stream().map(Fault::toString).collect(Collectors.joining("\n"));
  }

  private static Fault other(Action action, Random random, Duration suspended) {
    long lasting = 5_000 + random.nextInt(10) * 1_000L;
    return switch (action) {
      case SUSPEND -> new Fault(0, action, Target.TASK_MANAGER, 0, suspended.toMillis());
      case RESET -> new Fault(0, action, Target.BROKER, 0, 0);
      case DELAY -> new Fault(0, action, Target.BROKER, 50 + random.nextInt(450), lasting);
      case LIMIT ->
          new Fault(0, action, Target.BROKER, (64 + random.nextInt(448)) * 1024L, lasting);
      default -> new Fault(0, action, Target.BROKER, 0, lasting);
    };
  }
}
