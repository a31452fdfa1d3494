package io.millrace.connector.kafka;

import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.lane.LiveRow;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Encodes rows of a live view; one that has left becomes a tombstone. A row larger than the
 * producer may send becomes a tombstone too, and is counted in the metric {@code
 * numLiveRowsTooLarge}: it would be refused again in every snapshot, and what it shows is in the
 * job's results or among their dead letters.
 */
public final class EncodeLive extends RichMapFunction<LiveUpdate, KafkaRow> {
  private static final long serialVersionUID = 1L;

  private final int maxRequestBytes;

  private transient JsonCodec<LiveRow> codec;
  private transient Counter tooLarge;

  EncodeLive(int maxRequestBytes) {
    this.maxRequestBytes = maxRequestBytes;
  }

  @Override
  public void open(OpenContext context) {
    codec = JsonCodec.of(LiveRow.class);
    tooLarge = getRuntimeContext().getMetricGroup().counter("numLiveRowsTooLarge");
  }

  @Override
  public KafkaRow map(LiveUpdate update) {
    byte[] key = LiveRow.key(update.view(), update.row()).getBytes(StandardCharsets.UTF_8);
    return new KafkaRow(key, value(update, key.length));
  }

  private byte @Nullable [] value(LiveUpdate update, int keyBytes) {
    if (update.now() == null) {
      return null;
    }
    byte[] value = codec.encode(update.now());
    if ((long) EncodeRow.OVERHEAD_BYTES + keyBytes + value.length > maxRequestBytes) {
      tooLarge.inc();
      return null;
    }
    return value;
  }
}
