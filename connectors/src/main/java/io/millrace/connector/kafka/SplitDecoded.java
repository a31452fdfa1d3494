package io.millrace.connector.kafka;

import io.millrace.schema.lane.DeadLettered;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.types.Either;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Passes values on and gives dead letters to {@link #DEAD_LETTER}. */
public final class SplitDecoded<T> extends ProcessFunction<Either<DeadLettered, T>, T> {
  /** Records that were refused. */
  public static final OutputTag<DeadLettered> DEAD_LETTER =
      new OutputTag<>("dead-letter", TypeInformation.of(DeadLettered.class));

  private static final long serialVersionUID = 1L;

  private transient Counter deadLetters;

  @Override
  public void open(OpenContext context) {
    deadLetters = getRuntimeContext().getMetricGroup().counter("numDeadLetters");
  }

  @Override
  public void processElement(Either<DeadLettered, T> decoded, Context context, Collector<T> out) {
    if (decoded.isRight()) {
      out.collect(decoded.right());
    } else {
      deadLetters.inc();
      context.output(DEAD_LETTER, decoded.left());
    }
  }
}
