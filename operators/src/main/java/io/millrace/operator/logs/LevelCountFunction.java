package io.millrace.operator.logs;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Adds up what tasks have counted of each minute, keyed by {@link LevelPart#key}.
 *
 * <p><b>State</b>: a count for each open minute. <b>Timers</b>: one for each.
 */
final class LevelCountFunction extends KeyedProcessFunction<String, LevelPart, LevelCount> {
  /** Records that came after their minute was counted, and the watermark. */
  static final OutputTag<Tuple2<LogEvent, Long>> LATE =
      new OutputTag<>("late", new TupleTypeInfo<>(TypeInformation.of(LogEvent.class), Types.LONG));

  private static final long serialVersionUID = 1L;
  private static final long WINDOW_MILLIS = 60_000;
  private static final MapStateDescriptor<Long, Long> COUNTS =
      new MapStateDescriptor<>("counts", Types.LONG, Types.LONG);

  private final long latenessMillis;

  private transient MapState<Long, Long> counts;

  LevelCountFunction(long latenessMillis) {
    this.latenessMillis = latenessMillis;
  }

  /** Start of the minute that a time is in. */
  static long start(long at) {
    return at - Math.floorMod(at, WINDOW_MILLIS);
  }

  /** The watermark that closes the minute with this start. */
  static long closesAt(long start, long latenessMillis) {
    return start + WINDOW_MILLIS - 1 + latenessMillis;
  }

  @Override
  public void open(OpenContext context) {
    counts = getRuntimeContext().getMapState(COUNTS);
  }

  @Override
  public void processElement(LevelPart part, Context context, Collector<LevelCount> out)
      throws Exception {
    long closesAt = closesAt(part.start(), latenessMillis);
    long watermark = context.timerService().currentWatermark();
    if (closesAt <= watermark) {
      LogEvent event = part.event();
      if (event == null) {
        throw new IllegalStateException(
            "a task counted records of the minute at "
                + part.start()
                + ", which was closed at watermark "
                + watermark);
      }
      context.output(LATE, Tuple2.of(event, watermark));
      return;
    }
    Long before = counts.get(part.start());
    counts.put(part.start(), before == null ? part.count() : before + part.count());
    if (before == null) {
      context.timerService().registerEventTimeTimer(closesAt);
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<LevelCount> out)
      throws Exception {
    long start = time + 1 - latenessMillis - WINDOW_MILLIS;
    Long count = counts.get(start);
    if (count == null) {
      throw new IllegalStateException("no count for the window that starts at " + start);
    }
    counts.remove(start);
    String key = context.getCurrentKey();
    int split = key.indexOf('\u0000');
    out.collect(
        new LevelCount(
            key.substring(split + 1),
            key.substring(0, split),
            start,
            start + WINDOW_MILLIS,
            count));
  }
}
