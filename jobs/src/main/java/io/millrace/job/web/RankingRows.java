package io.millrace.job.web;

import io.millrace.connector.redis.SortedSetSnapshot;
import io.millrace.operator.topk.HeavyHittersSpec;
import io.millrace.operator.topk.RankedChanges;
import io.millrace.operator.topk.Ranking;
import io.millrace.schema.ranking.RankedItem;
import io.millrace.schema.ranking.RankingPublished;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.functions.MapFunction;
import org.jspecify.annotations.Nullable;

/**
 * Turns a ranking with its changes into the row that is published.
 *
 * @param k the most items of a row
 * @param algorithm name of the algorithm
 */
record RankingRows(int k, String algorithm)
    implements MapFunction<RankedChanges, RankingPublished> {
  static RankingRows of(HeavyHittersSpec spec) {
    return new RankingRows(spec.k(), spec.algorithm().code());
  }

  @Override
  public RankingPublished map(RankedChanges changes) {
    Ranking ranking = changes.ranking();
    List<RankedItem> items = new ArrayList<>(ranking.items().size());
    for (var item : ranking.items()) {
      int rank = items.size() + 1;
      int previousRank = changes.previousRanks().get(rank - 1);
      items.add(
          new RankedItem(
              rank,
              item.item(),
              item.count(),
              item.lowerBound(),
              item.upperBound(),
              previousRank == 0 ? null : previousRank,
              changes.change(rank).name().toLowerCase(Locale.ROOT)));
    }
    return new RankingPublished(
        ranking.dimension(),
        ranking.windowStart(),
        ranking.windowEnd(),
        ranking.total(),
        k,
        algorithm,
        ranking.maxError(),
        warning(ranking),
        items,
        changes.left());
  }

  private static @Nullable String warning(Ranking ranking) {
    int sure = ranking.surelyHeaviest();
    return sure == ranking.items().size()
        ? null
        : String.format(
            "from rank %d on, an item that is not here may be heavier: others weigh up to %d; give"
                + " more --memory, or a smaller --k",
            sure + 1, ranking.othersAtMost());
  }

  /**
   * The ranking as Redis holds it: the sorted set {@code topk:<dimension>} and what is known of its
   * window in the hash {@code topk:<dimension>:window}. Of two windows the later one wins.
   */
  static SortedSetSnapshot latest(RankingPublished ranking) {
    String key = "topk:" + ranking.dimension();
    List<SortedSetSnapshot.Member> members = new ArrayList<>(ranking.items().size());
    for (RankedItem item : ranking.items()) {
      members.add(new SortedSetSnapshot.Member(item.item(), item.count()));
    }
    return new SortedSetSnapshot(
        key,
        key + ":window",
        ranking.windowEnd(),
        members,
        Map.of(
            "windowStart", String.valueOf(ranking.windowStart()),
            "windowEnd", String.valueOf(ranking.windowEnd()),
            "total", String.valueOf(ranking.total()),
            "k", String.valueOf(ranking.k()),
            "algorithm", ranking.algorithm(),
            "maxError", String.valueOf(ranking.maxError())));
  }
}
