package io.millrace.operator.topk;

import io.millrace.operator.sketch.ItemEstimate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A ranking beside the one before it of the same dimension: that of the latest earlier window which
 * had records.
 *
 * @param ranking the ranking
 * @param previousRanks for each of its items, in their order, the rank in the one before; 0 for
 *     none
 * @param left the items of the one before that are not in this one, in the order they had there
 */
public record RankedChanges(Ranking ranking, List<Integer> previousRanks, List<String> left) {
  /** What became of an item since the ranking before. */
  public enum Change {
    /** It was not in it. */
    NEW,
    /** It had a worse rank, a larger number. */
    UP,
    /** It had a better rank, a smaller number. */
    DOWN,
    /** It had the same rank. */
    SAME;

    /**
     * What became of an item.
     *
     * @param previousRank the rank it had; 0 for none
     * @param rank the rank it has
     */
    public static Change of(int previousRank, int rank) {
      if (previousRank == 0) {
        return NEW;
      } else if (previousRank == rank) {
        return SAME;
      }
      return previousRank > rank ? UP : DOWN;
    }
  }

  /**
   * Compares a ranking with the one before.
   *
   * @param previous the items of the one before, heaviest first; empty where there is none
   */
  static RankedChanges since(List<String> previous, Ranking ranking) {
    Map<String, Integer> ranks = new HashMap<>();
    for (String item : previous) {
      ranks.put(item, ranks.size() + 1);
    }
    List<Integer> previousRanks = new ArrayList<>(ranking.items().size());
    Set<String> present = new HashSet<>();
    for (ItemEstimate item : ranking.items()) {
      previousRanks.add(ranks.getOrDefault(item.item(), 0));
      present.add(item.item());
    }
    List<String> left = new ArrayList<>();
    for (String item : previous) {
      if (!present.contains(item)) {
        left.add(item);
      }
    }
    return new RankedChanges(ranking, previousRanks, left);
  }

  /**
   * What became of the item that has this rank now.
   *
   * @param rank from 1 to the number of items
   * @throws IndexOutOfBoundsException where no item has that rank
   */
  public Change change(int rank) {
    return Change.of(previousRanks.get(rank - 1), rank);
  }
}
