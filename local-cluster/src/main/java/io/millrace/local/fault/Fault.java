package io.millrace.local.fault;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One fault of a schedule. Its text is {@code <at> <action> <target> [<amount>] [for <lasting>]},
 * such as {@code 31.5s kill task-manager} or {@code 90.0s delay broker 200ms for 10.0s}.
 *
 * @param at when it is due, after the start of the schedule, in milliseconds
 * @param action what is done
 * @param target to whom; network actions are done to the connections between the job and it
 * @param amount how much, in the action's unit; 0 for an action without
 * @param lastingMillis after how long it is undone; 0 for an action that is over at once
 */
public record Fault(long at, Action action, Target target, long amount, long lastingMillis) {
  /** What can be done. */
  public enum Action {
    /** SIGKILL; the process is replaced at once. */
    KILL(true, "", false),
    /** SIGSTOP, and SIGCONT at the end. */
    SUSPEND(true, "", true),
    /** Bytes arrive later. */
    DELAY(false, "ms", true),
    /** Fewer bytes pass. */
    LIMIT(false, "B/s", true),
    /** Bytes vanish both ways, connections stay. */
    DROP(false, "", true),
    /** Bytes that the job sends vanish, connections stay. */
    DROP_TO_SERVER(false, "", true),
    /** Bytes that the job would get vanish, connections stay. */
    DROP_TO_CLIENT(false, "", true),
    /** Connections are reset. */
    RESET(false, "", false),
    /** New connections are refused, open ones reset. */
    REFUSE(false, "", true);

    private final boolean toProcess;
    private final String unit;
    private final boolean lasting;

    Action(boolean toProcess, String unit, boolean lasting) {
      this.toProcess = toProcess;
      this.unit = unit;
      this.lasting = lasting;
    }

    @Override
    public String toString() {
      return code(this);
    }
  }

  /** Whom it can be done to. */
  public enum Target {
    /** A TaskManager that runs tasks of the job. */
    TASK_MANAGER,
    /** The JobManager that leads. */
    JOB_MANAGER,
    /** The Kafka broker. */
    BROKER;

    @Override
    public String toString() {
      return code(this);
    }
  }

  private static final Pattern SECONDS = Pattern.compile("(\\d{1,6})(?:\\.(\\d))?s");
  private static final String EXAMPLES =
      "such as '31.5s kill task-manager' or '90s delay broker 200ms for 10s'";

  /** Checks that the parts fit each other. */
  public Fault {
    require(at >= 0 && amount >= 0 && lastingMillis >= 0, "times and amounts are not negative");
    require(
        action.toProcess || target == Target.BROKER,
        action + " is done to the network; the only target is broker");
    require(
        action != Action.SUSPEND || target == Target.TASK_MANAGER,
        "suspend is done to a task-manager");
    require(
        action.unit.isEmpty() == (amount == 0),
        action.unit.isEmpty()
            ? action + " takes no amount"
            : action + " needs an amount such as 200" + action.unit);
    require(
        action.lasting == lastingMillis > 0,
        action.lasting
            ? action + " needs an end, such as 'for 10s'"
            : action + " is over at once and takes no 'for'");
  }

  /** Whether a process is killed. */
  public boolean isKill() {
    return action == Action.KILL;
  }

  /** After how long it is undone. */
  public Duration lasting() {
    return Duration.ofMillis(lastingMillis);
  }

  /**
   * Reads the text of a fault.
   *
   * @throws IllegalArgumentException where it is none; the message says why, and what one looks
   *     like
   */
  static Fault parse(String text) {
    String[] words = text.strip().split("\\s+", -1);
    try {
      int end = words.length;
      long lasting = 0;
      if (end > 2 && words[end - 2].equals("for")) {
        lasting = millis(words[end - 1]);
        end -= 2;
      }
      require(end == 3 || end == 4, "it has " + words.length + " words");
      Action action = oneOf(Action.values(), words[1], "action");
      Target target = oneOf(Target.values(), words[2], "target");
      return new Fault(
          millis(words[0]), action, target, end == 4 ? amount(action, words[3]) : 0, lasting);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + text.strip() + "' is no fault " + EXAMPLES + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return seconds(at)
        + " "
        + action
        + " "
        + target
        + (amount == 0 ? "" : " " + amount + action.unit)
        + (lastingMillis == 0 ? "" : " for " + seconds(lastingMillis));
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.1fs", millis / 1_000.0);
  }

  private static long millis(String text) {
    Matcher matcher = SECONDS.matcher(text);
    require(matcher.matches(), "'" + text + "' is no time such as 31.5s");
    String tenths = matcher.group(2);
    return Long.parseLong(matcher.group(1)) * 1_000
        + (tenths == null ? 0 : Long.parseLong(tenths) * 100);
  }

  private static long amount(Action action, String text) {
    require(!action.unit.isEmpty(), action + " takes no amount");
    require(
        text.matches("\\d{1,9}" + Pattern.quote(action.unit)),
        action + " needs an amount such as 200" + action.unit);
    return Long.parseLong(text.substring(0, text.length() - action.unit.length()));
  }

  private static <E extends Enum<E>> E oneOf(E[] values, String text, String what) {
    StringBuilder valid = new StringBuilder();
    for (E value : values) {
      if (code(value).equals(text)) {
        return value;
      }
      valid.append(valid.length() == 0 ? "" : ", ").append(code(value));
    }
    throw new IllegalArgumentException("no " + what + " '" + text + "'; there are " + valid);
  }

  private static String code(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
