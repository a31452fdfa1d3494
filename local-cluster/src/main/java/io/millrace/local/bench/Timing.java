package io.millrace.local.bench;

import java.util.Map;

/**
 * What one timed run took.
 *
 * @param recordsPerSecond records read a second, from the first to the last
 * @param cpuSecondsPerMillion CPU seconds of the job's process for a million records
 */
record Timing(double recordsPerSecond, double cpuSecondsPerMillion) {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double MILLION = 1e6;

  /**
   * Of a run's figures by their names in {@link RunTimes}.
   *
   * @throws IllegalArgumentException where the clock never ran
   */
  static Timing of(Map<String, Long> figures) {
    double records = positive(figures, RunTimes.RECORDS);
    return new Timing(
        records * NANOS_PER_SECOND / positive(figures, RunTimes.NANOS),
        positive(figures, RunTimes.CPU_NANOS) / NANOS_PER_SECOND / (records / MILLION));
  }

  private static long positive(Map<String, Long> figures, String name) {
    long figure = figures.getOrDefault(name, 0L);
    if (figure <= 0) {
      throw new IllegalArgumentException(
          "the run was too short to be timed ("
              + name
              + " is "
              + figure
              + "); give more --records");
    }
    return figure;
  }
}
