package io.millrace.job.web;

import io.millrace.operator.live.ViewContents;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.ranking.LiveRankedItem;
import io.millrace.schema.ranking.RankedItem;
import io.millrace.schema.ranking.RankingPublished;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/**
 * Turns a ranking into the live view of its dimension: a row for each item, with a {@link
 * LiveRankedItem}.
 */
final class RankingViews extends RichMapFunction<RankingPublished, ViewContents> {
  private static final long serialVersionUID = 1L;

  private transient JsonCodec<LiveRankedItem> codec;

  @Override
  public void open(OpenContext context) {
    codec = JsonCodec.of(LiveRankedItem.class);
  }

  @Override
  public ViewContents map(RankingPublished ranking) {
    List<ViewContents.Row> rows = new ArrayList<>(ranking.items().size());
    for (RankedItem item : ranking.items()) {
      byte[] data = codec.encode(LiveRankedItem.of(ranking, item));
      rows.add(new ViewContents.Row(item.item(), new String(data, StandardCharsets.UTF_8)));
    }
    return new ViewContents(ranking.dimension(), ranking.windowEnd(), rows);
  }
}
