package io.millrace.operator.ratelimit;

import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Hands grants to the task in its slot that asked for them. It has no state and no output. */
final class GrantReturnOperator extends AbstractStreamOperator<Integer>
    implements OneInputStreamOperator<Tuple2<Integer, byte[]>, Integer> {
  private static final long serialVersionUID = 1L;

  private final String channels;

  /**
   * An operator.
   *
   * @param channels what the channels' names begin with
   */
  GrantReturnOperator(String channels) {
    this.channels = channels;
  }

  @Override
  public void processElement(StreamRecord<Tuple2<Integer, byte[]>> element) {
    String name = channels + getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    GrantChannel channel = GrantChannel.find(name);
    if (channel == null) {
      throw new IllegalStateException(
          "a lease was granted to a task of another process; the deciding operator and the one"
              + " that returns grants must have the same parallelism and share a slot");
    }
    channel.offer(element.getValue().f1);
  }
}
