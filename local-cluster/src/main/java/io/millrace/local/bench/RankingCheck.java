package io.millrace.local.bench;

import io.millrace.local.bench.WindowRecount.Count;
import io.millrace.schema.ranking.RankedItem;
import io.millrace.schema.ranking.RankingPublished;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether a ranking of heavy hitters keeps what it promises of its window, exact or within bounds.
 *
 * @param ranking what was published
 * @param truth the window that it is of
 */
record RankingCheck(RankingPublished ranking, WindowRecount truth) {
  /** Most items of a ranking: the job's default. */
  static final int K = 100;

  /**
   * Checks it.
   *
   * @throws VoidRunException for the first promise that is not kept
   */
  void check() throws VoidRunException {
    long maxError = ranking.maxError();
    require(ranking.dimension().equals("path"), "the dimension is " + ranking.dimension());
    require(
        ranking.windowStart() == ranking.windowEnd() - RequestLoad.WINDOW_MILLIS,
        "the window starts at " + ranking.windowStart());
    require(
        ranking.total() == truth.total(), "total " + ranking.total() + ", not " + truth.total());
    require(ranking.k() == K && ranking.items().size() <= K, "more than " + K + " items");
    require(maxError >= 0 && maxError <= truth.total() / K, "the error is up to " + maxError);
    checkOrder();
    for (RankedItem item : ranking.items()) {
      checkItem(item);
    }
    checkMissing();
  }

  private void checkItem(RankedItem item) throws VoidRunException {
    long count = truth.count(item.item());
    require(
        count > 0 && item.lowerBound() <= count && count <= item.upperBound(),
        item + ", but it came " + count + " times");
    require(
        item.lowerBound() <= item.count() && item.count() <= item.upperBound(),
        item + " has a count beyond its bounds");
    require(
        item.upperBound() - item.lowerBound() <= ranking.maxError(),
        item + " has bounds further apart than " + ranking.maxError());
  }

  /** Ranks from 1, the heaviest first, and equally heavy ones by their bytes. */
  private void checkOrder() throws VoidRunException {
    Set<String> seen = new HashSet<>();
    Count before = new Count("", Long.MAX_VALUE);
    for (RankedItem item : ranking.items()) {
      Count count = new Count(item.item(), item.count());
      require(
          item.rank() == seen.size() + 1
              && seen.add(item.item())
              && WindowRecount.RANKING.compare(before, count) < 0,
          item + " is not in its place");
      before = count;
    }
  }

  /** What is not ranked may not be heavier than what is. Exact rankings leave no choice at all. */
  private void checkMissing() throws VoidRunException {
    List<RankedItem> items = ranking.items();
    if (ranking.maxError() == 0) {
      require(
          items.stream()
              .map(item -> new Count(item.item(), item.count()))
              .toList()
              .equals(truth.heaviest(K)),
          "it is said to be exact, but differs from the recount");
      return;
    }
    Set<String> ranked = new HashSet<>();
    items.forEach(item -> ranked.add(item.item()));
    // One that is missing has at most the least count, so it weighs that and the error at most.
    long leastCount = items.size() < K ? 0 : items.get(K - 1).count();
    long most = leastCount + ranking.maxError();
    for (Count heavy : truth.heaviest(K + 1)) {
      require(
          ranked.contains(heavy.path()) || heavy.count() <= most,
          heavy + " is missing, though one that is not ranked came at most " + most + " times");
    }
  }

  private void require(boolean holds, String problem) throws VoidRunException {
    if (!holds) {
      throw new VoidRunException("the window that ends at " + truth.end() + ": " + problem);
    }
  }
}
