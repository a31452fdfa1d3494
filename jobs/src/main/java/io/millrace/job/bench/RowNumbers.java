package io.millrace.job.bench;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimitedSourceReader;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Sends numbers from 0 on, as fast as they are taken or at a rate. */
final class RowNumbers extends NumberSequenceSource {
  private static final long serialVersionUID = 1L;

  private final int ratePerSecond;

  private RowNumbers(int numbers, int ratePerSecond) {
    super(0, numbers - 1L);
    this.ratePerSecond = ratePerSecond;
  }

  /**
   * A stream of so many numbers.
   *
   * @param ratePerSecond the most that are sent a second; 0 for no limit
   */
  static DataStream<Long> made(StreamExecutionEnvironment env, int numbers, int ratePerSecond) {
    return env.fromSource(
            new RowNumbers(numbers, ratePerSecond),
            WatermarkStrategy.noWatermarks(),
            "numbers",
            Types.LONG)
        .uid("numbers");
  }

  @Override
  @SuppressWarnings("unchecked") // A strategy does not say whose splits it limits.
  public SourceReader<Long, NumberSequenceSplit> createReader(SourceReaderContext context) {
    SourceReader<Long, NumberSequenceSplit> reader = super.createReader(context);
    if (ratePerSecond == 0) {
      return reader;
    }
    RateLimiter<NumberSequenceSplit> limiter =
        RateLimiterStrategy.perSecond(ratePerSecond).createRateLimiter(1);
    return new RateLimitedSourceReader<>(reader, limiter);
  }
}
