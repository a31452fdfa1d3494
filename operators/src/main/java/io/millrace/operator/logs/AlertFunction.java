package io.millrace.operator.logs;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Judges the windows of rules, keyed by {@link RuleHit#judge}: a window that breaks its rule is an
 * alert when it closes, and all alerts of a group end when a later window does not. The second
 * input tells the largest time there is at the end of a bounded one.
 *
 * <p><b>State</b>: of each open window what is counted; which alerts stand, until they end; of
 * rules about absence the group, until it was absent for {@link #MOST_ABSENT} windows; of rules
 * about new forms up to {@link #MOST_FORMS} forms, until none came for {@link #FORMS_KEPT_MILLIS}.
 * <b>Timers</b>: one for each open window and the one after, one for forms.
 */
final class AlertFunction extends KeyedBroadcastProcessFunction<String, RuleHit, Long, LogAlert> {
  /** After so many windows in a row a group is forgotten that is absent. */
  static final int MOST_ABSENT = 100;

  /** So many forms of a group are known; beyond, none is new. */
  static final int MOST_FORMS = 10_000;

  static final long FORMS_KEPT_MILLIS = 7L * 24 * 3_600_000;

  static final MapStateDescriptor<String, Long> END =
      new MapStateDescriptor<>("end", Types.STRING, Types.LONG);

  private static final long serialVersionUID = 1L;
  private static final String END_AT = "at";
  private static final long NONE = Long.MIN_VALUE;
  private static final ValueStateDescriptor<Judged> JUDGED =
      new ValueStateDescriptor<>("judged", TypeInformation.of(Judged.class));
  private static final MapStateDescriptor<Long, Window> WINDOWS =
      new MapStateDescriptor<>("windows", Types.LONG, TypeInformation.of(Window.class));
  private static final MapStateDescriptor<Long, Long> FORMS =
      new MapStateDescriptor<>("forms", Types.LONG, Types.LONG);

  private final long latenessMillis;

  private transient ValueState<Judged> judged;
  private transient MapState<Long, Window> windows;

  /** The first window of each form. */
  private transient MapState<Long, Long> forms;

  AlertFunction(long latenessMillis) {
    this.latenessMillis = latenessMillis;
  }

  /**
   * What is counted in a window.
   *
   * @param matched lines that the rule is about
   * @param all lines of the group that it was told of
   * @param fresh forms that were not in an earlier window
   */
  public record Window(long matched, long all, long fresh) {}

  /**
   * What is known of a rule and a group.
   *
   * @param ruleId the rule
   * @param group the group
   * @param kind what the rule alarms on
   * @param windowMillis length of its windows
   * @param version the greatest version that told of a line
   * @param threshold that of this version
   * @param firstStart the first window
   * @param lastStart the last one with a line
   * @param firingFrom start of the first alert that stands; {@link #NONE} for none
   * @param firingTo start of the last one
   * @param absent how many windows the group is absent in a row
   * @param formCount how many forms are known
   */
  public record Judged(
      String ruleId,
      String group,
      LogRule.Kind kind,
      long windowMillis,
      long version,
      double threshold,
      long firstStart,
      long lastStart,
      long firingFrom,
      long firingTo,
      int absent,
      int formCount) {
    private static Judged of(RuleHit hit, long start) {
      return new Judged(
          hit.ruleId(),
          hit.group(),
          hit.kind(),
          hit.windowMillis(),
          hit.version(),
          hit.threshold(),
          start,
          start,
          NONE,
          NONE,
          0,
          0);
    }

    private Judged with(RuleHit hit, long start, int forms) {
      boolean newer = hit.version() > version;
      return new Judged(
          ruleId,
          group,
          kind,
          windowMillis,
          newer ? hit.version() : version,
          newer ? hit.threshold() : threshold,
          Math.min(firstStart, start),
          Math.max(lastStart, start),
          firingFrom,
          firingTo,
          absent,
          forms);
    }

    private Judged firing(long from, long to, int absentNow) {
      return new Judged(
          ruleId,
          group,
          kind,
          windowMillis,
          version,
          threshold,
          firstStart,
          lastStart,
          from,
          to,
          absentNow,
          formCount);
    }
  }

  @Override
  public void open(OpenContext context) {
    judged = getRuntimeContext().getState(JUDGED);
    windows = getRuntimeContext().getMapState(WINDOWS);
    forms = getRuntimeContext().getMapState(FORMS);
  }

  @Override
  public void processElement(RuleHit hit, ReadOnlyContext context, Collector<LogAlert> out)
      throws Exception {
    long start = hit.at() - Math.floorMod(hit.at(), hit.windowMillis());
    long closesAt = closesAt(start, hit.windowMillis());
    if (closesAt <= context.timerService().currentWatermark()) {
      return;
    }
    Judged before = judged.value();
    Judged known = before == null ? Judged.of(hit, start) : before;
    Window window = windowAt(start);
    boolean fresh =
        hit.kind() == LogRule.Kind.NEW_PATTERN && isFresh(hit.form(), start, known.formCount());
    boolean added = fresh && forms.get(hit.form()) == null;
    if (fresh) {
      moveForm(hit.form(), start);
      window = windowAt(start);
    }
    windows.put(
        start,
        new Window(
            window.matched() + (hit.matches() ? 1 : 0),
            window.all() + 1,
            window.fresh() + (fresh ? 1 : 0)));
    judged.update(known.with(hit, start, known.formCount() + (added ? 1 : 0)));
    context.timerService().registerEventTimeTimer(closesAt);
  }

  private Window windowAt(long start) throws Exception {
    Window window = windows.get(start);
    return window == null ? new Window(0, 0, 0) : window;
  }

  private boolean isFresh(long form, long start, int known) throws Exception {
    Long first = forms.get(form);
    return first == null ? known < MOST_FORMS : start < first;
  }

  /** Says that a form was first in this window, and not in a later one. */
  private void moveForm(long form, long start) throws Exception {
    Long first = forms.get(form);
    Window later = first == null ? null : windows.get(first);
    if (first != null && later != null) {
      windows.put(first, new Window(later.matched(), later.all(), later.fresh() - 1));
    }
    forms.put(form, start);
  }

  @Override
  public void processBroadcastElement(Long latest, Context context, Collector<LogAlert> out)
      throws Exception {
    Long before = context.getBroadcastState(END).get(END_AT);
    context
        .getBroadcastState(END)
        .put(END_AT, before == null ? latest : Long.valueOf(Math.max(before, latest)));
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<LogAlert> out) throws Exception {
    Judged known = judged.value();
    if (known == null) {
      return;
    }
    long start = time + 1 - latenessMillis - known.windowMillis();
    Long end = context.getBroadcastState(END).get(END_AT);
    boolean ends = context.timerService().currentWatermark() == Long.MAX_VALUE;
    if (ends && end != null && start > end) {
      // What stands at the end of input stays so.
      clear();
      return;
    }
    Window window = windows.get(start);
    windows.remove(start);
    double value = value(known, start, window);
    boolean isAbsence = known.kind() == LogRule.Kind.ABSENCE;
    boolean isCutOff = ends && end != null && start + known.windowMillis() - 1 > end;
    if (isAbsence && isCutOff && value < known.threshold()) {
      // What is not there yet might have come.
      clear();
      return;
    }
    boolean breaks =
        isAbsence
            ? value < known.threshold()
            : window != null && value > 0 && value >= known.threshold();
    int absent = isAbsence && breaks ? known.absent() + 1 : 0;
    Judged after;
    if (breaks) {
      out.collect(alert(known, start, true, value));
      after = known.firing(known.firingFrom() == NONE ? start : known.firingFrom(), start, absent);
    } else {
      resolve(known, value, out);
      after = known.firing(NONE, NONE, absent);
    }
    follow(after, start, ends, context);
  }

  private static double value(Judged known, long start, @Nullable Window window) {
    if (window == null) {
      return 0;
    }
    return switch (known.kind()) {
      case COUNT, ABSENCE -> window.matched();
      case RATIO -> (double) window.matched() / window.all();
      // What a group has in its first window is what it has usually.
      case NEW_PATTERN -> start == known.firstStart() ? 0 : window.fresh();
      case SAMPLE -> throw new IllegalStateException("a rule that samples is told of no line");
    };
  }

  private static void resolve(Judged known, double value, Collector<LogAlert> out) {
    if (known.firingFrom() != NONE) {
      for (long at = known.firingFrom(); at <= known.firingTo(); at += known.windowMillis()) {
        out.collect(alert(known, at, false, value));
      }
    }
  }

  private static LogAlert alert(Judged known, long start, boolean fires, double value) {
    return new LogAlert(
        known.ruleId(), known.group(), start, start + known.windowMillis(), fires, value);
  }

  /** Decides what is kept after a window, and sets the timer of the one after it. */
  private void follow(Judged after, long start, boolean ends, OnTimerContext context)
      throws Exception {
    boolean isAbsence = after.kind() == LogRule.Kind.ABSENCE;
    boolean nextCounts = isAbsence ? after.absent() < MOST_ABSENT : after.firingFrom() != NONE;
    if (nextCounts) {
      context
          .timerService()
          .registerEventTimeTimer(closesAt(start + after.windowMillis(), after.windowMillis()));
    }
    boolean keepsForms =
        after.kind() == LogRule.Kind.NEW_PATTERN
            && start < after.lastStart() + FORMS_KEPT_MILLIS
            && !ends;
    if (keepsForms) {
      context
          .timerService()
          .registerEventTimeTimer(
              closesAt(after.lastStart(), after.windowMillis())
                  + FORMS_KEPT_MILLIS
                  + Math.floorMod(-FORMS_KEPT_MILLIS, after.windowMillis()));
    }
    if (nextCounts || keepsForms || !windows.isEmpty()) {
      judged.update(after);
    } else {
      clear();
    }
  }

  private void clear() {
    judged.clear();
    windows.clear();
    forms.clear();
  }

  private long closesAt(long start, long windowMillis) {
    return start + windowMillis - 1 + latenessMillis;
  }
}
