package io.millrace.local.fault;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntSupplier;

/** The jobs that can be tried. */
public final class Trials {
  /** Poison is counted in so many records. */
  public static final int POISON_OF = 10_000;

  private static final int POISON = 1;
  private static final int POISON_OF_LOGS = 10;
  private static final String LOGS = "log-ingestion";

  private static final Map<String, Maker> BY_JOB =
      Map.of(
          "heavy-hitters",
          RequestTrial::new,
          "trending-songs",
          PlayTrial::new,
          "rate-counting",
          LimitTrial::new,
          "reconciliation",
          EntryTrial::new,
          "location-fanout",
          PositionTrial::new,
          LOGS,
          LogTrial::new,
          "file-export",
          ExportTrial::new);

  @FunctionalInterface
  private interface Maker {
    Trial make(long seed, IntSupplier poison);
  }

  private Trials() {}

  /**
   * The trial of a job, from a seed; empty where there is none. Of {@value #POISON_OF} records
   * {@value #POISON} is none of its topic, of log ingestion {@value #POISON_OF_LOGS}.
   */
  public static Optional<Trial> of(String job, long seed) {
    return of(job, seed, () -> job.equals(LOGS) ? POISON_OF_LOGS : POISON);
  }

  /**
   * The trial of a job; empty where there is none.
   *
   * @param seed of the records; each is poison by chance, as often as {@code poison} says
   * @param poison how many of {@value #POISON_OF} records are none of the topic, so that the job
   *     must refuse them, from 0 to {@value #POISON_OF}; asked before each record but those that
   *     end the feed, which are none
   */
  public static Optional<Trial> of(String job, long seed, IntSupplier poison) {
    return Optional.ofNullable(BY_JOB.get(job)).map(maker -> maker.make(seed, poison));
  }

  /** Names of the jobs, sorted. */
  public static Set<String> jobs() {
    return new TreeSet<>(BY_JOB.keySet());
  }
}
