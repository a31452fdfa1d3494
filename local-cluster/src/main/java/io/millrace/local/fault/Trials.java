package io.millrace.local.fault;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongFunction;

/** The jobs that can be tried. */
public final class Trials {
  private static final Map<String, LongFunction<Trial>> BY_JOB =
      Map.of(
          "heavy-hitters", RequestTrial::new,
          "trending-songs", PlayTrial::new,
          "rate-counting", LimitTrial::new,
          "reconciliation", EntryTrial::new,
          "location-fanout", PositionTrial::new,
          "log-ingestion", LogTrial::new);

  private Trials() {}

  /** The trial of a job, from a seed; empty where there is none. */
  public static Optional<Trial> of(String job, long seed) {
    return Optional.ofNullable(BY_JOB.get(job)).map(maker -> maker.apply(seed));
  }

  /** Names of the jobs, sorted. */
  public static Set<String> jobs() {
    return new TreeSet<>(BY_JOB.keySet());
  }
}
