package io.millrace.operator.logs;

import io.millrace.operator.logline.LineException;
import io.millrace.operator.logline.LineFault;
import io.millrace.operator.logline.LineText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines, keyed by {@link LogLine#stream}: joins those of a record, gives what they say, and
 * keeps an account of what became of each.
 *
 * <p><b>State</b>: the account of each stream, for good; the lines of a record without end, at most
 * {@link LogSpec#MOST_LINES} and {@link LogSpec#mostLineBytes}; lines that wait for what is to be
 * known; a record that stands for others; and in each task all sources and rules. <b>Timers</b>:
 * one a stream at the end of input, and one of the clock while lines come. <b>Order</b>: that of
 * offsets. <b>Replay</b>: a line that comes again is counted and passed over.
 */
final class LogFunction extends KeyedBroadcastProcessFunction<String, LogLine, LogNews, LogEvent> {
  static final OutputTag<IndexedEvent> INDEXED =
      new OutputTag<>("indexed", TypeInformation.of(IndexedEvent.class));
  static final OutputTag<LogEvent> FILTERED =
      new OutputTag<>("filtered", TypeInformation.of(LogEvent.class));
  static final OutputTag<RefusedLine> REFUSED =
      new OutputTag<>("refused", TypeInformation.of(RefusedLine.class));
  static final OutputTag<StreamCounts> COUNTED =
      new OutputTag<>("counted", TypeInformation.of(StreamCounts.class));

  static final MapStateDescriptor<String, LogNews> NEWS =
      new MapStateDescriptor<>("news", Types.STRING, TypeInformation.of(LogNews.class));

  private static final long serialVersionUID = 1L;
  private static final long END_OF_INPUT = Long.MAX_VALUE;

  /** With more accounts at hand, they are read from the state again after a checkpoint. */
  private static final int MOST_AT_HAND = 100_000;

  private static final ValueStateDescriptor<LineTally.Kept> TALLY =
      new ValueStateDescriptor<>("tally", TypeInformation.of(LineTally.Kept.class));
  private static final ListStateDescriptor<LogLine> QUEUE =
      new ListStateDescriptor<>("queue", TypeInformation.of(LogLine.class));
  private static final ListStateDescriptor<LogLine> OPEN =
      new ListStateDescriptor<>("open-record", TypeInformation.of(LogLine.class));
  private static final ValueStateDescriptor<IndexedEvent> HELD =
      new ValueStateDescriptor<>("held-record", TypeInformation.of(IndexedEvent.class));

  private final LogSpec spec;

  private transient ValueState<LineTally.Kept> tallies;

  /** Accounts as they are now, by stream; the state has them as they were at a checkpoint. */
  private transient Map<String, LineTally> atHand;

  private transient ListState<LogLine> queue;
  private transient ListState<LogLine> openRecord;
  private transient ValueState<IndexedEvent> held;

  /** Knows what is in the broadcast state; null until that was read. */
  private transient @Nullable LineReader reader;

  LogFunction(LogSpec spec) {
    this.spec = spec;
  }

  /** Puts something into a side output, whatever the context. */
  private interface Side {
    <X> void put(OutputTag<X> tag, X value);
  }

  /** Where results go, and the time. */
  private record Outlet(Collector<LogEvent> events, Side side, LineReader reader, long now) {}

  @Override
  public void open(OpenContext context) {
    atHand = new HashMap<>();
    tallies = getRuntimeContext().getState(TALLY);
    queue = getRuntimeContext().getListState(QUEUE);
    openRecord = getRuntimeContext().getListState(OPEN);
    held = getRuntimeContext().getState(HELD);
  }

  @Override
  public void processElement(LogLine line, ReadOnlyContext context, Collector<LogEvent> out)
      throws Exception {
    LineTally tally = tally(context.getCurrentKey());
    long now = context.timerService().currentProcessingTime();
    if (tally.in == 0) {
      context.timerService().registerEventTimeTimer(END_OF_INPUT);
    }
    tally.isChanged = true;
    tally.in++;
    if (line.offset() <= tally.lastOffset) {
      tally.duplicate++;
      return;
    }
    tally.lastOffset = line.offset();
    tally.lastAt = line.timestamp();
    LineReader known = reader(context.getBroadcastState(NEWS));
    if (tally.queued > 0 || known.mustWait(line)) {
      queue.add(line);
      tally.queued++;
    } else {
      read(line, tally, new Outlet(out, context::output, known, now));
    }
    if (spec.byClock()) {
      tally.lastLineAt = now;
      if (tally.wakeAt == 0) {
        tally.wakeAt = now + LogSpec.QUIET_MILLIS;
        context.timerService().registerProcessingTimeTimer(tally.wakeAt);
      }
    }
  }

  /** The account of a stream, which is the current key. */
  private LineTally tally(String stream) throws Exception {
    LineTally known = atHand.get(stream);
    if (known == null) {
      known = LineTally.of(tallies.value());
      atHand.put(stream, known);
    }
    return known;
  }

  /**
   * Stores the accounts that have changed.
   *
   * @param select makes a stream the current key
   */
  void store(Consumer<String> select) throws Exception {
    for (Map.Entry<String, LineTally> each : atHand.entrySet()) {
      if (each.getValue().isChanged) {
        select.accept(each.getKey());
        tallies.update(each.getValue().kept());
        each.getValue().isChanged = false;
      }
    }
    if (atHand.size() > MOST_AT_HAND) {
      atHand.clear();
    }
  }

  @Override
  public void processBroadcastElement(LogNews news, Context context, Collector<LogEvent> out)
      throws Exception {
    LineReader known = reader(context.getBroadcastState(NEWS));
    known.book().add(news);
    context.getBroadcastState(NEWS).put(news.id(), news);
    Outlet outlet = new Outlet(out, context::output, known, context.currentProcessingTime());
    context.applyToKeyedState(QUEUE, (key, lines) -> release(tally(key), false, outlet));
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<LogEvent> out) throws Exception {
    LineTally tally = tally(context.getCurrentKey());
    if (tally.in == 0) {
      return;
    }
    tally.isChanged = true;
    long now = context.timerService().currentProcessingTime();
    boolean ends = context.timeDomain() == TimeDomain.EVENT_TIME;
    boolean quiet = ends || now - tally.lastLineAt >= LogSpec.QUIET_MILLIS;
    Outlet outlet = new Outlet(out, context::output, reader(context.getBroadcastState(NEWS)), now);
    release(tally, ends || (quiet && !spec.inEventTime()), outlet);
    if (quiet) {
      closeRecord(tally, outlet);
      closeHeld(tally, outlet);
    }
    String[] stream = context.getCurrentKey().split("\u0000", -1);
    context.output(
        COUNTED,
        new StreamCounts(stream[2], stream[0], Integer.parseInt(stream[1]), tally.counts()));
    if (ends) {
      context.timerService().deleteProcessingTimeTimer(tally.wakeAt);
      atHand.remove(context.getCurrentKey());
      tallies.clear();
      return;
    }
    tally.wakeAt = quiet ? 0 : now + LogSpec.QUIET_MILLIS;
    if (!quiet) {
      context.timerService().registerProcessingTimeTimer(tally.wakeAt);
    }
  }

  private LineReader reader(ReadOnlyBroadcastState<String, LogNews> news) throws Exception {
    LineReader known = reader;
    if (known == null) {
      known = new LineReader(spec, NewsBook.of(spec, news));
      reader = known;
    }
    return known;
  }

  /** Reads the lines of the current key that need not wait any more, or all. */
  private void release(LineTally tally, boolean all, Outlet outlet) throws Exception {
    if (tally.queued == 0) {
      return;
    }
    List<LogLine> waiting = new ArrayList<>();
    for (LogLine line : queue.get()) {
      if (waiting.isEmpty() && (all || !outlet.reader().mustWait(line))) {
        read(line, tally, outlet);
      } else {
        waiting.add(line);
      }
    }
    queue.update(waiting);
    tally.queued = waiting.size();
    tally.isChanged = true;
  }

  /** Takes a line whose turn it is. */
  private void read(LogLine line, LineTally tally, Outlet outlet) throws Exception {
    try {
      NewsBook.Source source = outlet.reader().source(line);
      LineText text = outlet.reader().text(line);
      if (source.parser().starts(text.toString())) {
        closeRecord(tally, outlet);
        if (text.isEmpty()) {
          throw LineReader.empty();
        }
        if (!source.parser().joins()) {
          finish(List.of(line), text, source, tally, outlet);
          return;
        }
      } else {
        requireRoom(text, tally);
      }
      openRecord.add(line);
      tally.open++;
      tally.openBytes += text.length();
    } catch (LineException e) {
      refuse(List.of(line), e, tally, outlet);
    }
  }

  private void requireRoom(LineText text, LineTally tally) throws LineException {
    if (tally.open == 0) {
      throw new LineException(
          LineFault.INVALID_LINE, "the line continues a record, but none was begun before it");
    }
    if (tally.open >= LogSpec.MOST_LINES
        || tally.openBytes + text.length() + 1 > spec.mostLineBytes()) {
      throw new LineException(
          LineFault.TOO_LARGE,
          String.format(
              "the record that the line continues has %d lines and %d characters already; at most"
                  + " %d and --max-line may be",
              tally.open, tally.openBytes, LogSpec.MOST_LINES));
    }
  }

  /** Ends the record that may have had more lines. */
  private void closeRecord(LineTally tally, Outlet outlet) throws Exception {
    if (tally.open == 0) {
      return;
    }
    List<LogLine> lines = new ArrayList<>();
    openRecord.get().forEach(lines::add);
    openRecord.clear();
    tally.open = 0;
    tally.openBytes = 0;
    try {
      StringBuilder text = new StringBuilder();
      for (LogLine line : lines) {
        text.append(text.isEmpty() ? "" : "\n").append(outlet.reader().text(line));
      }
      finish(
          lines, LineText.of(text.toString()), outlet.reader().source(lines.get(0)), tally, outlet);
    } catch (LineException e) {
      refuse(lines, e, tally, outlet);
    }
  }

  private void finish(
      List<LogLine> lines, LineText text, NewsBook.Source source, LineTally tally, Outlet outlet)
      throws Exception {
    LogEvent event = outlet.reader().event(lines.get(0), text, source, outlet.now());
    if (event == null) {
      tally.filtered += lines.size();
      return;
    }
    tally.joined += lines.size() - 1;
    outlet.events().collect(event);
    keep(event, tally, outlet);
  }

  /** Counts a record, and keeps it or lets another one stand for it. */
  private void keep(LogEvent event, LineTally tally, Outlet outlet) throws Exception {
    if (!outlet.reader().keeps(event)) {
      tally.filtered++;
      outlet.side().put(FILTERED, event);
      return;
    }
    if (!spec.collapse()) {
      tally.indexed++;
      outlet.side().put(INDEXED, IndexedEvent.of(event));
      return;
    }
    IndexedEvent before = tally.holds ? held.value() : null;
    if (before != null
        && before.event().equalsButTime(event)
        && Math.abs(event.at() - before.firstAt()) <= LogSpec.COLLAPSE_MILLIS) {
      held.update(before.and(event));
      tally.collapsed++;
      return;
    }
    closeHeld(tally, outlet);
    held.update(IndexedEvent.of(event));
    tally.holds = true;
  }

  private void closeHeld(LineTally tally, Outlet outlet) throws Exception {
    if (tally.holds) {
      outlet.side().put(INDEXED, held.value());
      held.clear();
      tally.holds = false;
      tally.indexed++;
    }
  }

  private void refuse(List<LogLine> lines, LineException fault, LineTally tally, Outlet outlet) {
    for (LogLine line : lines) {
      outlet.side().put(REFUSED, outlet.reader().refused(line, fault));
    }
    tally.deadLetters += lines.size();
  }
}
