package io.millrace.job.ratelimit;

import io.millrace.operator.live.ViewContents;
import io.millrace.operator.ratelimit.KeyUsage;
import io.millrace.operator.ratelimit.MostLimited;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.ratelimit.KeyUsed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/**
 * Turns the most limited keys of a dimension into the live view {@code limited:<dimension>}: a row
 * for each key, with a {@link KeyUsed}.
 */
final class LimitViews extends RichMapFunction<MostLimited, ViewContents> {
  private static final long serialVersionUID = 1L;

  private transient JsonCodec<KeyUsed> codec;

  @Override
  public void open(OpenContext context) {
    codec = JsonCodec.of(KeyUsed.class);
  }

  @Override
  public ViewContents map(MostLimited limited) {
    List<ViewContents.Row> rows = new ArrayList<>(limited.keys().size());
    for (KeyUsage use : limited.keys()) {
      String data = new String(codec.encode(LimitRows.row(use)), StandardCharsets.UTF_8);
      rows.add(new ViewContents.Row(use.key(), data));
    }
    return new ViewContents("limited:" + limited.dimension(), limited.windowEnd(), rows);
  }
}
