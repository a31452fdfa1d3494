package io.millrace.job;

import io.millrace.schema.Topic;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.lane.LateArrived;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.java.tuple.Tuple2;

/**
 * Turns some fields of a late record and the watermark that it was behind into the row that {@link
 * ToLateArrived} makes of the whole record.
 */
public final class ProjectedToLateArrived<T extends Record>
    extends RichMapFunction<Tuple2<Projected, Long>, LateArrived> {
  private static final long serialVersionUID = 1L;

  private final Class<T> type;
  private final ToLateArrived<T> ofWhole;

  private transient JsonCodec<T> codec;

  /** Rows for late records of {@code topic}. */
  public ProjectedToLateArrived(Topic<T> topic) {
    this.type = topic.type();
    this.ofWhole = new ToLateArrived<>(topic);
  }

  @Override
  public void open(OpenContext context) {
    codec = JsonCodec.of(type);
    ofWhole.open(context);
  }

  @Override
  public LateArrived map(Tuple2<Projected, Long> late) {
    try {
      return ofWhole.map(Tuple2.of(codec.decode(late.f0.json()), late.f1));
    } catch (RejectedException e) {
      throw new IllegalStateException("a projection of a record that is none", e);
    }
  }
}
