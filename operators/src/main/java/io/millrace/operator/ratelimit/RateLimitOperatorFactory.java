package io.millrace.operator.ratelimit;

import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.types.Either;
import org.apache.flink.util.OutputTag;

/** Makes the operator that decides, which needs the task's mailbox. */
final class RateLimitOperatorFactory<T> extends AbstractStreamOperatorFactory<Verdict>
    implements OneInputStreamOperatorFactory<Either<T, RuleCopy>, Verdict> {
  private static final long serialVersionUID = 1L;

  private final RateLimitSpec spec;
  private final RequestFields<T> fields;
  private final TypeSerializer<T> serializer;
  private final OutputTag<Tuple2<T, Long>> late;
  private final String channels;
  private final String uid;

  RateLimitOperatorFactory(
      RateLimitSpec spec,
      RequestFields<T> fields,
      TypeSerializer<T> serializer,
      OutputTag<Tuple2<T, Long>> late,
      String channels,
      String uid) {
    this.spec = spec;
    this.fields = fields;
    this.serializer = serializer;
    this.late = late;
    this.channels = channels;
    this.uid = uid;
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // As Flink declares it.
  public <O extends StreamOperator<Verdict>> O createStreamOperator(
      StreamOperatorParameters<Verdict> parameters) {
    return (O) new RateLimitOperator<>(parameters, spec, fields, serializer, late, channels, uid);
  }

  @Override
  @SuppressWarnings("rawtypes") // As Flink declares it.
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return RateLimitOperator.class;
  }
}
