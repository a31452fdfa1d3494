package io.millrace.job;

import io.millrace.schema.Topic;
import io.millrace.schema.codec.EventTimes;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.lane.LateArrived;
import java.nio.charset.StandardCharsets;
import java.util.function.ToLongFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.java.tuple.Tuple2;

/** Turns a late record and the watermark that it was behind into a row of the late lane. */
public final class ToLateArrived<T extends Record>
    extends RichMapFunction<Tuple2<T, Long>, LateArrived> {
  private static final long serialVersionUID = 1L;

  private final String topic;
  private final Class<T> type;

  private transient JsonCodec<T> codec;
  private transient ToLongFunction<T> eventTime;

  /** Rows for late records of {@code topic}. */
  public ToLateArrived(Topic<T> topic) {
    this.topic = topic.name();
    this.type = topic.type();
  }

  @Override
  public void open(OpenContext context) {
    codec = JsonCodec.of(type);
    eventTime = EventTimes.of(type);
  }

  @Override
  public LateArrived map(Tuple2<T, Long> late) {
    return new LateArrived(
        topic,
        eventTime.applyAsLong(late.f0),
        late.f1,
        new String(codec.encode(late.f0), StandardCharsets.UTF_8));
  }
}
