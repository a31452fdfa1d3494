package io.millrace.job.payments;

import io.millrace.operator.audit.AuditItem;
import io.millrace.schema.codec.JsonCodec;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.util.function.SerializableFunction;

/** Turns rows into what is chained: their JSON, by the id that they have. */
final class ToAuditItem<T extends Record> extends RichMapFunction<T, AuditItem> {
  private static final long serialVersionUID = 1L;

  private final Class<T> type;
  private final String kind;
  private final SerializableFunction<T, String> id;

  private transient JsonCodec<T> codec;

  ToAuditItem(Class<T> type, String kind, SerializableFunction<T, String> id) {
    this.type = type;
    this.kind = kind;
    this.id = id;
  }

  @Override
  public void open(OpenContext context) {
    codec = JsonCodec.of(type);
  }

  @Override
  public AuditItem map(T row) {
    return new AuditItem(
        id.apply(row), kind, new String(codec.encode(row), StandardCharsets.UTF_8));
  }
}
