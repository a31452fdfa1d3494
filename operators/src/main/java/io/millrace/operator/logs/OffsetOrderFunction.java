package io.millrace.operator.logs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Puts the lines of each {@link LogLine#stream} of a bounded input into the order of their offsets,
 * each once.
 *
 * <p><b>State</b>: all lines, until the end of input. <b>Timers</b>: one a stream, at the end.
 */
final class OffsetOrderFunction extends KeyedProcessFunction<String, LogLine, LogLine> {
  private static final long serialVersionUID = 1L;
  private static final MapStateDescriptor<Long, LogLine> LINES =
      new MapStateDescriptor<>("lines", Types.LONG, TypeInformation.of(LogLine.class));

  private transient MapState<Long, LogLine> lines;

  @Override
  public void open(OpenContext context) {
    lines = getRuntimeContext().getMapState(LINES);
  }

  @Override
  public void processElement(LogLine line, Context context, Collector<LogLine> out)
      throws Exception {
    lines.put(line.offset(), line);
    context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<LogLine> out) throws Exception {
    List<Long> offsets = new ArrayList<>();
    lines.keys().forEach(offsets::add);
    Collections.sort(offsets);
    for (Long offset : offsets) {
      out.collect(lines.get(offset));
    }
    lines.clear();
  }
}
