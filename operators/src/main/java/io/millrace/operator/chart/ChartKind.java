package io.millrace.operator.chart;

import java.util.Locale;

/** By what a chart ranks songs. */
public enum ChartKind {
  /** By how often a song was played in the window. */
  WINDOWED,
  /** By all its plays, each weighing half as much with every half-life since. */
  DECAYED,
  /** By how much more it was played in the window than in those before. */
  NOVELTY;

  /** Its name in options and rows. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
