package io.millrace.operator.logs;

import io.millrace.operator.logline.LineException;
import io.millrace.operator.logline.LineFault;
import io.millrace.operator.logline.LogLevel;
import io.millrace.operator.logline.ParsedLine;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  static final OutputTag<RefusedLine> REFUSED =
      new OutputTag<>("refused", TypeInformation.of(RefusedLine.class));
  static final OutputTag<StreamCounts> COUNTED =
      new OutputTag<>("counted", TypeInformation.of(StreamCounts.class));

  static final MapStateDescriptor<String, LogNews> NEWS =
      new MapStateDescriptor<>("news", Types.STRING, TypeInformation.of(LogNews.class));

  private static final long serialVersionUID = 1L;
  private static final long END_OF_INPUT = Long.MAX_VALUE;
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
  private transient ListState<LogLine> queue;
  private transient ListState<LogLine> openRecord;
  private transient ValueState<IndexedEvent> held;
  private transient CharsetDecoder utf8;

  /** What is in the broadcast state; null until that was read. */
  private transient @Nullable NewsBook book;

  LogFunction(LogSpec spec) {
    this.spec = spec;
  }

  /** Puts something into a side output, whatever the context. */
  private interface Side {
    <X> void put(OutputTag<X> tag, X value);
  }

  /** Where results go, and the time. */
  private record Outlet(Collector<LogEvent> events, Side side, NewsBook book, long now) {}

  @Override
  public void open(OpenContext context) {
    tallies = getRuntimeContext().getState(TALLY);
    queue = getRuntimeContext().getListState(QUEUE);
    openRecord = getRuntimeContext().getListState(OPEN);
    held = getRuntimeContext().getState(HELD);
    utf8 = StandardCharsets.UTF_8.newDecoder();
  }

  @Override
  public void processElement(LogLine line, ReadOnlyContext context, Collector<LogEvent> out)
      throws Exception {
    LineTally.Kept kept = tallies.value();
    LineTally tally = LineTally.of(kept);
    long now = context.timerService().currentProcessingTime();
    if (kept == null) {
      context.timerService().registerEventTimeTimer(END_OF_INPUT);
    }
    tally.in++;
    if (line.offset() <= tally.lastOffset) {
      tally.duplicate++;
      tallies.update(tally.kept());
      return;
    }
    tally.lastOffset = line.offset();
    tally.lastAt = line.timestamp();
    NewsBook known = book(context.getBroadcastState(NEWS));
    if (tally.queued > 0 || mustWait(line, known)) {
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
    tallies.update(tally.kept());
  }

  @Override
  public void processBroadcastElement(LogNews news, Context context, Collector<LogEvent> out)
      throws Exception {
    NewsBook known = book(context.getBroadcastState(NEWS));
    known.add(news);
    context.getBroadcastState(NEWS).put(news.id(), news);
    Outlet outlet = new Outlet(out, context::output, known, context.currentProcessingTime());
    context.applyToKeyedState(QUEUE, (key, lines) -> release(outlet));
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<LogEvent> out) throws Exception {
    LineTally.Kept kept = tallies.value();
    if (kept == null) {
      return;
    }
    LineTally tally = LineTally.of(kept);
    long now = context.timerService().currentProcessingTime();
    boolean ends = context.timeDomain() == TimeDomain.EVENT_TIME;
    boolean quiet = ends || now - tally.lastLineAt >= LogSpec.QUIET_MILLIS;
    Outlet outlet = new Outlet(out, context::output, book(context.getBroadcastState(NEWS)), now);
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
      tallies.clear();
      return;
    }
    tally.wakeAt = quiet ? 0 : now + LogSpec.QUIET_MILLIS;
    if (!quiet) {
      context.timerService().registerProcessingTimeTimer(tally.wakeAt);
    }
    tallies.update(tally.kept());
  }

  private NewsBook book(ReadOnlyBroadcastState<String, LogNews> news) throws Exception {
    NewsBook known = book;
    if (known == null) {
      known = new NewsBook(spec.unknown());
      for (Map.Entry<String, LogNews> each : news.immutableEntries()) {
        known.add(each.getValue());
      }
      book = known;
    }
    return known;
  }

  /** Whether something may come that says how the line is read. */
  private boolean mustWait(LogLine line, NewsBook known) {
    return spec.inEventTime()
        ? line.timestamp() > known.knownUntil()
        : spec.byClock() && known.source(line.source(), line.timestamp()) == null;
  }

  /** Reads the lines of the current key that need not wait any more. */
  private void release(Outlet outlet) throws Exception {
    LineTally tally = LineTally.of(tallies.value());
    release(tally, false, outlet);
    tallies.update(tally.kept());
  }

  private void release(LineTally tally, boolean all, Outlet outlet) throws Exception {
    if (tally.queued == 0) {
      return;
    }
    List<LogLine> waiting = new ArrayList<>();
    for (LogLine line : queue.get()) {
      if (waiting.isEmpty() && (all || !mustWait(line, outlet.book()))) {
        read(line, tally, outlet);
      } else {
        waiting.add(line);
      }
    }
    queue.update(waiting);
    tally.queued = waiting.size();
  }

  /** Takes a line whose turn it is. */
  private void read(LogLine line, LineTally tally, Outlet outlet) throws Exception {
    try {
      NewsBook.Source source = source(line, outlet.book());
      String text = text(line);
      if (source.parser().starts(text)) {
        closeRecord(tally, outlet);
        if (text.isEmpty()) {
          throw new LineException(LineFault.EMPTY, "the line is empty");
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

  private NewsBook.Source source(LogLine line, NewsBook known) throws LineException {
    NewsBook.Source source = known.source(line.source(), line.timestamp());
    if (source == null) {
      throw new LineException(
          LineFault.UNKNOWN_SOURCE,
          line.source().isEmpty()
              ? "the record has no header source that says what it is a log of; set it, or --source"
              : "nobody has said how the lines of this source are read at "
                  + line.timestamp()
                  + "; put it into log.sources, or set --format");
    }
    return source;
  }

  private void requireRoom(String text, LineTally tally) throws LineException {
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

  /** The line as text, without what ends it. */
  private String text(LogLine line) throws LineException {
    byte[] value = line.value();
    if (value == null) {
      throw new LineException(LineFault.EMPTY, "the record has no value");
    }
    byte[] bytes = spec.decoder().line(value);
    int length = bytes.length;
    while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r')) {
      length--;
    }
    if (length > spec.mostLineBytes()) {
      throw new LineException(
          LineFault.TOO_LARGE,
          String.format(
              "the line has %d bytes, at most %d may be; raise --max-line",
              length, spec.mostLineBytes()));
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
    CharBuffer text = CharBuffer.allocate(length);
    CoderResult result = utf8.reset().decode(in, text, true);
    if (result.isError()) {
      throw new LineException(
          LineFault.NOT_UTF8, "the line is not UTF-8 from byte " + (in.position() + 1) + " on");
    }
    return text.flip().toString();
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
        text.append(text.isEmpty() ? "" : "\n").append(text(line));
      }
      finish(lines, text.toString(), source(lines.get(0), outlet.book()), tally, outlet);
    } catch (LineException e) {
      refuse(lines, e, tally, outlet);
    }
  }

  private void finish(
      List<LogLine> lines, String text, NewsBook.Source source, LineTally tally, Outlet outlet)
      throws Exception {
    LogLine first = lines.get(0);
    ParsedLine parsed = source.parser().parse(text, first.timestamp());
    if (parsed == null) {
      tally.filtered += lines.size();
      return;
    }
    requireTime(parsed.at(), outlet.now());
    ParsedLine shown = spec.redaction().of(parsed);
    LogEvent event =
        new LogEvent(
            first.source(),
            first.topic(),
            first.partition(),
            first.offset(),
            shown,
            outlet.book().hits(first.source(), shown));
    tally.joined += lines.size() - 1;
    outlet.events().collect(event);
    keep(event, tally, outlet);
  }

  private void requireTime(long at, long now) throws LineException {
    if (at < spec.eventTimeMin()) {
      throw new LineException(
          LineFault.TOO_OLD, "the line's time " + at + " is before --event-time-min");
    }
    if (at - now > spec.maxAheadMillis()) {
      throw new LineException(
          LineFault.TOO_FAR_AHEAD,
          "the line's time " + at + " is further beyond the clock than --max-ahead");
    }
  }

  /** Counts a record, and keeps it or lets another one stand for it. */
  private void keep(LogEvent event, LineTally tally, Outlet outlet) throws Exception {
    LogLevel level = event.line().level();
    if (spec.leastLevel() != null && level != null && level.compareTo(spec.leastLevel()) < 0) {
      tally.filtered++;
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
      byte[] bytes = line.value();
      byte[] shown = bytes == null ? null : spec.redaction().of(bytes);
      outlet
          .side()
          .put(
              REFUSED,
              new RefusedLine(
                  shown == null || shown == bytes ? line : line.withValue(shown),
                  bytes == null ? 0 : bytes.length,
                  shown != bytes,
                  fault.fault(),
                  String.valueOf(fault.getMessage())));
    }
    tally.deadLetters += lines.size();
  }
}
