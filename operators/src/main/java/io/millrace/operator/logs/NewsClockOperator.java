package io.millrace.operator.logs;

import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Tells with the news themselves up to when all of them are known. Where none come any more for
 * now, nobody waits for them. State: none. Runs as one task.
 */
final class NewsClockOperator extends AbstractStreamOperator<LogNews>
    implements OneInputStreamOperator<LogNews, LogNews> {
  private static final long serialVersionUID = 1L;

  @Override
  public void processElement(StreamRecord<LogNews> element) {
    output.collect(element);
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    output.collect(new StreamRecord<>(LogNews.knownUntil(mark.getTimestamp())));
    super.processWatermark(mark);
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    if (status.isIdle()) {
      output.collect(new StreamRecord<>(LogNews.knownUntil(Long.MAX_VALUE)));
    }
    super.processWatermarkStatus(status);
  }
}
