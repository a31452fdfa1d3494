package io.millrace.operator.sketch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Selects the heaviest items of any number of sketches that have no item in common. It keeps
 * copies, so that a sketch may change or go once it has been offered.
 *
 * <p><b>Space</b>: k items. <b>Time</b>: one comparison for nearly every item offered.
 */
public final class TopSelection {
  private final int k;
  private final SketchAlgorithm algorithm;
  private final PriorityQueue<Selected> heaviest = new PriorityQueue<>();
  private long lightestCount = -1;
  private long othersAtMost;

  /** An item with a lower upper bound neither enters nor changes {@link #othersAtMost}. */
  private long gate = -1;

  private long total;
  private long maxError;

  @SuppressWarnings("ArrayRecordComponent") // Compared by count and bytes alone.
  private record Selected(long count, byte[] bytes, long lower, long slack)
      implements Comparable<Selected> {
    /** The lightest first, of equal ones the last in order. */
    @Override
    public int compareTo(Selected other) {
      return count != other.count
          ? Long.compare(count, other.count)
          : Arrays.compareUnsigned(other.bytes, bytes);
    }

    private ItemEstimate estimate() {
      return new ItemEstimate(
          ItemBytes.toString(bytes, 0, bytes.length),
          count,
          lower,
          TopKSketch.saturatedSum(lower, slack));
    }
  }

  /**
   * Nothing offered yet.
   *
   * @param k the most items that are selected; at least 1
   * @param algorithm says where a count lies between its bounds
   */
  public TopSelection(int k, SketchAlgorithm algorithm) {
    this.k = k;
    this.algorithm = algorithm;
  }

  /** The sum of the totals offered. */
  public long total() {
    return total;
  }

  /** The largest error offered. */
  public long maxError() {
    return maxError;
  }

  /** The heaviest items of all that was offered. */
  public TopItems items() {
    List<ItemEstimate> items = new ArrayList<>(heaviest.size());
    heaviest.forEach(each -> items.add(each.estimate()));
    items.sort(ItemEstimate.HEAVIEST_FIRST);
    return new TopItems(items, othersAtMost);
  }

  /** Takes up what is known of a sketch beside its items. */
  void offerSketch(long sketchTotal, long floor) {
    total = TopKSketch.saturatedSum(total, sketchTotal);
    maxError = Math.max(maxError, floor);
    leaveOut(floor);
  }

  /**
   * Whether every item with at most that lower bound and slack can be passed by: none can be among
   * the heaviest or change anything else.
   */
  boolean isTooLight(long lower, long slack) {
    return TopKSketch.saturatedSum(lower, slack) < gate;
  }

  /** Whether an item can be among the heaviest; otherwise it is left out with that. */
  boolean mayEnter(long lower, long slack) {
    if (isTooLight(lower, slack)) {
      return false;
    }
    if (algorithm.count(lower, slack) >= lightestCount) {
      return true;
    }
    leaveOut(TopKSketch.saturatedSum(lower, slack));
    return false;
  }

  /** Offers an item that {@link #mayEnter}. */
  void offer(byte[] bytes, int start, int length, long lower, long slack) {
    long count = algorithm.count(lower, slack);
    if (heaviest.size() == k) {
      Selected lightest = heaviest.element();
      byte[] other = lightest.bytes;
      if (count == lightestCount
          && Arrays.compareUnsigned(bytes, start, start + length, other, 0, other.length) > 0) {
        leaveOut(TopKSketch.saturatedSum(lower, slack));
        return;
      }
      heaviest.remove();
      leaveOut(TopKSketch.saturatedSum(lightest.lower, lightest.slack));
    }
    heaviest.add(
        new Selected(count, Arrays.copyOfRange(bytes, start, start + length), lower, slack));
    if (heaviest.size() == k) {
      lightestCount = heaviest.element().count;
      gate = Math.min(lightestCount, othersAtMost);
    }
  }

  private void leaveOut(long upper) {
    othersAtMost = Math.max(othersAtMost, upper);
    gate = Math.min(lightestCount, othersAtMost);
  }
}
