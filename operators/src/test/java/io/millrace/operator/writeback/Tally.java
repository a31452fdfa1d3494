package io.millrace.operator.writeback;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * A function as an author writes it, with everything that an author does to value states: values of
 * one length and of many, defaults, clearing, timers, and a state that is no value beside them.
 */
final class Tally extends KeyedProcessFunction<Long, Tally.Change, String> {
  private static final long serialVersionUID = 1L;
  static final ValueStateDescriptor<Long> COUNT = new ValueStateDescriptor<>("count", Types.LONG);
  static final ValueStateDescriptor<String> TEXT = new ValueStateDescriptor<>("text", Types.STRING);
  private static final MapStateDescriptor<String, Integer> KINDS =
      new MapStateDescriptor<>("kinds", Types.STRING, Types.INT);
  private static final int LONGEST = 120;

  /** What is done to a key. */
  enum Kind {
    ADD,
    APPEND,
    CLEAR_COUNT,
    CLEAR_ALL,
    ASK,
    REMIND,
    FORGET
  }

  /** From what is due at once to half a year. */
  private static final long[] DELAYS = {
    0, 1, 700, 5_000, 65_000, 5_000_000, 300_000_000L, 16L << 30
  };

  /** One change of a key. */
  record Change(long key, Kind kind, int amount, long at) {
    /** A time that several changes of a key have. */
    private long timer() {
      return at / 2_000 * 2_000 + DELAYS[amount % DELAYS.length];
    }
  }

  private final boolean hasKinds;
  private transient ValueState<Long> count;
  private transient ValueState<String> text;
  private transient @Nullable MapState<String, Integer> kinds;

  /**
   * A function.
   *
   * @param hasKinds whether it has a map state too
   */
  Tally(boolean hasKinds) {
    this.hasKinds = hasKinds;
  }

  @Override
  public void open(OpenContext context) {
    count = getRuntimeContext().getState(COUNT);
    text = getRuntimeContext().getState(TEXT);
    kinds = hasKinds ? getRuntimeContext().getMapState(KINDS) : null;
  }

  @Override
  public void processElement(Change change, Context context, Collector<String> out)
      throws Exception {
    switch (change.kind()) {
      case ADD -> {
        Long before = count.value();
        count.update((before == null ? 0 : before) + change.amount());
      }
      case APPEND -> {
        String before = text.value();
        String after = (before == null ? "" : before) + "x".repeat(change.amount());
        text.update(after.length() > LONGEST ? "y" : after);
      }
      case CLEAR_COUNT -> count.clear();
      case CLEAR_ALL -> {
        count.update(null);
        text.clear();
      }
      case ASK -> {}
      case REMIND -> context.timerService().registerEventTimeTimer(change.timer());
      case FORGET -> context.timerService().deleteEventTimeTimer(change.timer());
    }
    if (kinds != null) {
      String kind = change.kind().name();
      Integer before = kinds.get(kind);
      kinds.put(kind, before == null ? 1 : before + 1);
    }
    out.collect(described(context.getCurrentKey(), change.kind().name()));
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<String> out) throws Exception {
    out.collect(described(context.getCurrentKey(), "at " + time));
    Long before = count.value();
    if (before != null && before % 2 == 0) {
      count.clear();
    } else {
      count.update(before == null ? 1 : before + 1);
    }
  }

  private String described(long key, String why) throws Exception {
    String described = key + " " + why + ": " + count.value() + " " + text.value();
    return kinds == null
        ? described
        : described + " " + kinds.get(Kind.ADD.name()) + " " + kinds.get(Kind.ASK.name());
  }
}
