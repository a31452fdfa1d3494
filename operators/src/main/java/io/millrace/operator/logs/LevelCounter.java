package io.millrace.operator.logs;

import io.millrace.operator.logline.LogLevel;
import io.millrace.operator.state.WatermarkMemory;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Counts the records of each minute in the task that reads them, and tells how many there are
 * before a watermark and before a barrier, so that few go through the exchange. After a restore
 * each record goes alone until the watermark is where it was, for until then only whoever closes
 * the minute knows whether it is late.
 *
 * <p><b>State</b>: the watermark. <b>Space</b>: a count of each open minute, source and level, at
 * most {@link #MOST_COUNTS}. <b>Metrics</b>: {@code lines} with the labels {@code source} and
 * {@code level}, of at most {@link #MOST_LABELS} of them.
 */
final class LevelCounter extends AbstractStreamOperator<LevelPart>
    implements OneInputStreamOperator<LogEvent, LevelPart>, BoundedOneInput {
  static final int MOST_COUNTS = 10_000;
  static final int MOST_LABELS = 1_000;

  private static final long serialVersionUID = 1L;
  private static final String OTHER = "other";

  private final long latenessMillis;

  private transient WatermarkMemory memory;
  private transient Map<Key, Count> counts;
  private transient Map<Labels, Counter> counters;
  private transient long watermark;

  private record Key(String source, String level, long start) {}

  private record Labels(String source, String level) {}

  private static final class Count {
    private final Counter metric;
    private long count;

    private Count(Counter metric) {
      this.metric = metric;
    }
  }

  LevelCounter(long latenessMillis) {
    this.latenessMillis = latenessMillis;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    memory = WatermarkMemory.open(context.getOperatorStateStore());
  }

  @Override
  public void open() throws Exception {
    super.open();
    counts = new HashMap<>();
    counters = new HashMap<>();
    watermark = Long.MIN_VALUE;
  }

  @Override
  public void processElement(StreamRecord<LogEvent> element) {
    LogEvent event = element.getValue();
    LogLevel named = event.line().level();
    String level = named == null ? "" : named.name();
    long start = LevelCountFunction.start(event.at());
    if (LevelCountFunction.closesAt(start, latenessMillis) <= watermark) {
      output.collect(LevelCountFunction.LATE, new StreamRecord<>(Tuple2.of(event, watermark)));
      return;
    }
    Count count =
        counts.computeIfAbsent(
            new Key(event.source(), level, start), key -> new Count(metric(key)));
    count.metric.inc();
    if (watermark < memory.latest()) {
      collect(new LevelPart(event.source(), level, start, 1, event));
      return;
    }
    count.count++;
    if (counts.size() >= MOST_COUNTS) {
      tell();
    }
  }

  private Counter metric(Key key) {
    Labels labels = new Labels(key.source(), key.level());
    Counter known = counters.get(labels);
    if (known != null) {
      return known;
    }
    Labels told = counters.size() < MOST_LABELS ? labels : new Labels(OTHER, OTHER);
    return counters.computeIfAbsent(told, this::register);
  }

  private Counter register(Labels labels) {
    MetricGroup group =
        getMetricGroup()
            .addGroup("source", labels.source())
            .addGroup("level", labels.level().isEmpty() ? "none" : labels.level());
    return group.counter("lines");
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    tell();
    watermark = mark.getTimestamp();
    memory.later(mark);
    super.processWatermark(mark);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    tell();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    memory.save();
    super.snapshotState(context);
  }

  @Override
  public void endInput() {
    tell();
  }

  private void tell() {
    counts.forEach(
        (key, count) -> {
          if (count.count > 0) {
            collect(new LevelPart(key.source(), key.level(), key.start(), count.count, null));
          }
        });
    counts.clear();
  }

  private void collect(LevelPart part) {
    output.collect(new StreamRecord<>(part, part.start()));
  }
}
