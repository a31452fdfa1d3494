package io.millrace.job.listening;

import io.millrace.operator.live.ViewContents;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.listening.ChartEntry;
import io.millrace.schema.listening.ChartPublished;
import io.millrace.schema.listening.LiveChartEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/**
 * Turns a chart into the live view {@code <chart>:<region>}: a row for each song, with a {@link
 * LiveChartEntry}.
 */
final class ChartViews extends RichMapFunction<ChartPublished, ViewContents> {
  private static final long serialVersionUID = 1L;

  private transient JsonCodec<LiveChartEntry> codec;

  @Override
  public void open(OpenContext context) {
    codec = JsonCodec.of(LiveChartEntry.class);
  }

  @Override
  public ViewContents map(ChartPublished chart) {
    List<ViewContents.Row> rows = new ArrayList<>(chart.entries().size());
    for (ChartEntry entry : chart.entries()) {
      byte[] data = codec.encode(LiveChartEntry.of(chart, entry));
      rows.add(new ViewContents.Row(entry.songId(), new String(data, StandardCharsets.UTF_8)));
    }
    return new ViewContents(chart.chart() + ":" + chart.region(), chart.windowEnd(), rows);
  }
}
