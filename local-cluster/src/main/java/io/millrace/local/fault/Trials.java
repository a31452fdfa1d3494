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

  /** Those whose records have a key that may be hot. */
  private static final Map<String, KeyedMaker> BY_JOB_WITH_KEYS =
      Map.of(
          "heavy-hitters",
          RequestTrial::new,
          "trending-songs",
          PlayTrial::new,
          "rate-counting",
          LimitTrial::new);

  private static final Map<String, Maker> BY_OTHER_JOB =
      Map.of(
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

  @FunctionalInterface
  private interface KeyedMaker {
    Trial make(long seed, IntSupplier poison, double hotShare);
  }

  private Trials() {}

  /**
   * The trial of a job, from a seed; empty where there is none. Of {@value #POISON_OF} records
   * {@value #POISON} is none of its topic, of log ingestion {@value #POISON_OF_LOGS}.
   */
  public static Optional<Trial> of(String job, long seed) {
    return of(job, seed, () -> usualPoison(job));
  }

  /** How many of {@value #POISON_OF} records of a job are none of its topic unless it is said. */
  public static int usualPoison(String job) {
    return job.equals(LOGS) ? POISON_OF_LOGS : POISON;
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
    Maker other = BY_OTHER_JOB.get(job);
    return other == null ? withHotKey(job, seed, poison, 0) : Optional.of(other.make(seed, poison));
  }

  /**
   * The trial of a job in which one key is hot: a path, a song, an application; empty where there
   * is none, or its records have no such key.
   *
   * @param seed as above
   * @param poison as above
   * @param share the least share of the key in all records, from 0 to less than 1
   */
  public static Optional<Trial> withHotKey(
      String job, long seed, IntSupplier poison, double share) {
    return Optional.ofNullable(BY_JOB_WITH_KEYS.get(job))
        .map(maker -> maker.make(seed, poison, share));
  }

  /** Names of the jobs, sorted. */
  public static Set<String> jobs() {
    Set<String> jobs = jobsWithKeys();
    jobs.addAll(BY_OTHER_JOB.keySet());
    return jobs;
  }

  /** Names of the jobs that may have a hot key, sorted. */
  public static Set<String> jobsWithKeys() {
    return new TreeSet<>(BY_JOB_WITH_KEYS.keySet());
  }
}
