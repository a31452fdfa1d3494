package io.millrace.connector.kafka;

import io.millrace.connector.lane.DeadLetters;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LateArrived;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Encodes values as rows of a topic. A row larger than the producer may send, or one that has no
 * JSON form, would fail the sink after every restart; so it becomes a dead letter of stage {@code
 * sink} instead, which names the topic it was meant for, with partition and offset -1. The letter
 * of a row without JSON form has no value.
 *
 * <p><b>Metrics</b>: {@code numDeadLetters}, rows of a topic of dead letters; {@code numLateRows},
 * rows of a topic of late records. All of a job's come through here, whoever refused them or was
 * too far ahead for them, and each once.
 */
public final class EncodeRow<T extends Record> extends ProcessFunction<T, KafkaRow> {
  /** Rows that can't be sent. */
  public static final OutputTag<DeadLettered> DEAD_LETTER =
      new OutputTag<>("dead-letter", TypeInformation.of(DeadLettered.class));

  private static final long serialVersionUID = 1L;

  /** More than Kafka adds to a record that is alone in its batch. */
  static final int OVERHEAD_BYTES = 512;

  private final Class<T> type;
  private final @Nullable String keyField;
  private final String topic;
  private final String job;
  private final int maxRequestBytes;

  private transient JsonCodec<T> codec;
  private transient @Nullable Method key;
  private transient @Nullable Counter ofLane;

  EncodeRow(
      Class<T> type, @Nullable String keyField, String topic, String job, int maxRequestBytes) {
    this.type = type;
    this.keyField = keyField;
    this.topic = topic;
    this.job = job;
    this.maxRequestBytes = maxRequestBytes;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    codec = JsonCodec.of(type);
    key = keyField == null ? null : type.getMethod(keyField);
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    if (type == DeadLettered.class) {
      ofLane = metrics.counter("numDeadLetters");
    } else if (type == LateArrived.class) {
      ofLane = metrics.counter("numLateRows");
    }
  }

  @Override
  public void processElement(T value, Context context, Collector<KafkaRow> out) throws Exception {
    if (ofLane != null) {
      ofLane.inc();
    }
    Object keyValue = key == null ? null : key.invoke(value);
    byte[] keyBytes =
        keyValue == null ? null : keyValue.toString().getBytes(StandardCharsets.UTF_8);
    byte[] valueBytes;
    try {
      valueBytes = codec.encode(value);
    } catch (IllegalArgumentException e) {
      if (!(e.getCause() instanceof RejectedException rejected)) {
        throw e;
      }
      refuse(context, rejected.rejection(), String.valueOf(e.getMessage()), keyBytes, null);
      return;
    }
    long size = OVERHEAD_BYTES + (keyBytes == null ? 0L : keyBytes.length) + valueBytes.length;
    if (size > maxRequestBytes) {
      String message =
          String.format(
              "the row has %d bytes and the producer may send %d; raise"
                  + " --kafka.max.request.size together with the topic's max.message.bytes, or make"
                  + " the row smaller",
              size, maxRequestBytes);
      refuse(context, Rejection.TOO_LARGE, message, keyBytes, valueBytes);
    } else {
      out.collect(new KafkaRow(keyBytes, valueBytes));
    }
  }

  private void refuse(
      Context context,
      Rejection rejection,
      String message,
      byte @Nullable [] keyBytes,
      byte @Nullable [] valueBytes) {
    long now = context.timerService().currentProcessingTime();
    context.output(
        DEAD_LETTER, DeadLetters.ofRow(job, rejection, message, topic, now, keyBytes, valueBytes));
  }
}
