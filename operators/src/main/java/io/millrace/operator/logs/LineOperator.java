package io.millrace.operator.logs;

import io.millrace.operator.logline.LineException;
import io.millrace.operator.logline.LineText;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines that are records by themselves in the task that has them from the source, without an
 * exchange. Others are left to {@link LogFunction}: those of sources with records of several lines,
 * and those that wait for what is to be known of them. News come from {@link NewsOperator}.
 *
 * <p><b>State</b>: none. <b>Space</b>: sources and rules, and an account of each stream since the
 * last barrier. <b>Replay</b>: a line that comes again is read again.
 */
final class LineOperator extends AbstractStreamOperator<LogEvent>
    implements OneInputStreamOperator<LogLine, LogEvent>, BoundedOneInput {
  /** Lines that are left to others. */
  static final OutputTag<LogLine> LEFT = new OutputTag<>("left", TypeInformation.of(LogLine.class));

  private static final long serialVersionUID = 1L;

  private final LogSpec spec;
  private final String channels;
  private final transient MailboxExecutor mailbox;

  private transient Map<Stream, LineTally> tallies;
  private transient LineReader reader;
  private transient @Nullable NewsChannel channel;

  private record Stream(String topic, int partition, String source) {}

  private LineOperator(
      StreamOperatorParameters<LogEvent> parameters, LogSpec spec, String channels) {
    super(parameters);
    this.spec = spec;
    this.channels = channels;
    this.mailbox = parameters.getMailboxExecutor();
  }

  /** Makes the operator. */
  static final class Factory extends AbstractStreamOperatorFactory<LogEvent>
      implements OneInputStreamOperatorFactory<LogLine, LogEvent> {
    private static final long serialVersionUID = 1L;

    private final LogSpec spec;
    private final String channels;

    Factory(LogSpec spec, String channels) {
      this.spec = spec;
      this.channels = channels;
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // As Flink declares it.
    public <T extends StreamOperator<LogEvent>> T createStreamOperator(
        StreamOperatorParameters<LogEvent> parameters) {
      return (T) new LineOperator(parameters, spec, channels);
    }

    @Override
    @SuppressWarnings("rawtypes") // As Flink declares it.
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
      return LineOperator.class;
    }
  }

  /** The channel of the tasks of a slot, since they were started last. */
  static String channel(String channels, RuntimeContext context) {
    return String.join(
        " ",
        context.getJobInfo().getJobId().toString(),
        channels,
        String.valueOf(context.getTaskInfo().getIndexOfThisSubtask()),
        String.valueOf(context.getTaskInfo().getAttemptNumber()));
  }

  @Override
  public void open() throws Exception {
    super.open();
    tallies = new HashMap<>();
    NewsBook book = new NewsBook(spec);
    reader = new LineReader(spec, book);
    NewsChannel opened = NewsChannel.of(channel(channels, getRuntimeContext()));
    opened.take(mailbox, book::add);
    channel = opened;
  }

  @Override
  public void processElement(StreamRecord<LogLine> element) {
    take(element.getValue());
  }

  private void take(LogLine line) {
    LineReader known = reader;
    NewsBook.Source source = known.book().source(line.source(), line.timestamp());
    if (known.mustWait(line, source) || (source != null && source.parser().joins())) {
      output.collect(LEFT, new StreamRecord<>(line));
      return;
    }
    LineTally tally =
        tallies.computeIfAbsent(
            new Stream(line.topic(), line.partition(), line.source()), unused -> new LineTally());
    tally.in++;
    tally.lastOffset = line.offset();
    tally.lastAt = line.timestamp();
    try {
      read(line, LineReader.required(line, source), known, tally);
    } catch (LineException e) {
      tally.deadLetters++;
      output.collect(LogFunction.REFUSED, new StreamRecord<>(known.refused(line, e)));
    }
  }

  private void read(LogLine line, NewsBook.Source source, LineReader known, LineTally tally)
      throws LineException {
    LineText text = known.text(line);
    if (text.isEmpty()) {
      throw LineReader.empty();
    }
    LogEvent read =
        known.event(line, text, source, getProcessingTimeService().getCurrentProcessingTime());
    if (read == null) {
      tally.filtered++;
      return;
    }
    output.collect(new StreamRecord<>(read));
    if (known.keeps(read)) {
      tally.indexed++;
      output.collect(LogFunction.INDEXED, new StreamRecord<>(IndexedEvent.of(read)));
    } else {
      tally.filtered++;
      output.collect(LogFunction.FILTERED, new StreamRecord<>(read));
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    account();
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK)) {
      account();
    }
    super.processWatermark(mark);
  }

  @Override
  public void endInput() {
    account();
  }

  @Override
  public void close() throws Exception {
    if (channel != null) {
      channel.close();
    }
    super.close();
  }

  /** Tells what became of the lines since it was told last. */
  private void account() {
    tallies.forEach(
        (stream, tally) ->
            output.collect(
                LogFunction.COUNTED,
                new StreamRecord<>(
                    new StreamCounts(
                        stream.source(), stream.topic(), stream.partition(), tally.counts()))));
    tallies.clear();
  }
}
