package io.millrace.operator.chart;

import io.millrace.operator.sketch.Utf8Order;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A song in a chart.
 *
 * @param songId its id
 * @param title its title, where it is known
 * @param artist its artist, where it is known
 * @param plays how often it was played in the window
 * @param score what it is ranked by
 * @param baseline how often it was played on average in each of the 24 windows before
 * @param listeners how many listeners it had in the window
 * @param approximate whether {@code listeners} is an estimate
 */
public record ChartSong(
    String songId,
    @Nullable String title,
    @Nullable String artist,
    long plays,
    double score,
    double baseline,
    long listeners,
    boolean approximate) {
  /** The order in a chart. */
  static final Comparator<ChartSong> FIRST =
      Comparator.comparingDouble(ChartSong::score)
          .reversed()
          .thenComparing(ChartSong::songId, Utf8Order.INSTANCE);
}
