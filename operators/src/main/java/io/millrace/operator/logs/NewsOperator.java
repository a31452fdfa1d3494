package io.millrace.operator.logs;

import java.util.Map;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Hands news to the task in its slot that reads lines; gives nothing on.
 *
 * <p><b>State</b>: sources, rules and services, in each task.
 */
final class NewsOperator extends AbstractStreamOperator<LogNews>
    implements OneInputStreamOperator<LogNews, LogNews> {
  private static final long serialVersionUID = 1L;

  private final String channels;

  private transient BroadcastState<String, LogNews> known;
  private transient NewsChannel channel;

  /**
   * So.
   *
   * @param channels prefix of the names of the channels, unique in the job
   */
  NewsOperator(String channels) {
    this.channels = channels;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    known = context.getOperatorStateStore().getBroadcastState(LogFunction.NEWS);
  }

  @Override
  public void open() throws Exception {
    super.open();
    channel = NewsChannel.of(LineOperator.channel(channels, getRuntimeContext()));
    for (Map.Entry<String, LogNews> each : known.immutableEntries()) {
      channel.offer(each.getValue());
    }
  }

  @Override
  public void processElement(StreamRecord<LogNews> element) throws Exception {
    LogNews news = element.getValue();
    known.put(news.id(), news);
    channel.offer(news);
  }
}
