package io.millrace.job.logs;

import io.millrace.operator.logs.LogEvent;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.lane.LateArrived;
import io.millrace.schema.logs.LogRecorded;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.java.tuple.Tuple2;

/** Turns records that came after their minute was counted into rows of the late lane. */
final class LateRecords extends RichMapFunction<Tuple2<LogEvent, Long>, LateArrived> {
  private static final long serialVersionUID = 1L;

  private transient JsonCodec<LogRecorded> codec;

  @Override
  public void open(OpenContext context) {
    codec = JsonCodec.of(LogRecorded.class);
  }

  @Override
  public LateArrived map(Tuple2<LogEvent, Long> late) {
    byte[] json = codec.encode(LogRows.record(late.f0));
    return new LateArrived(
        late.f0.topic(), late.f0.at(), late.f1, new String(json, StandardCharsets.UTF_8));
  }
}
