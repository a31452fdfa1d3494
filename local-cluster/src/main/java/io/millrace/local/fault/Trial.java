package io.millrace.local.fault;

import io.millrace.schema.Topic;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * What the harness must know of a job to try it: how to feed it records that can be told apart, and
 * what it must publish for them.
 */
public interface Trial {
  /** The jobs that can be tried: for each a maker of its trial from a seed. */
  Map<String, LongFunction<Trial>> BY_JOB =
      Map.of("heavy-hitters", RequestTrial::new, "trending-songs", PlayTrial::new);

  /** The trial of a job; empty where there is none yet. */
  static Optional<Trial> of(String job, long seed) {
    return Optional.ofNullable(BY_JOB.get(job)).map(maker -> maker.apply(seed));
  }

  /** The topic to feed. */
  Topic<?> input();

  /** Options that the job must be run with. */
  Map<String, String> settings();

  /**
   * Makes a record. Called by one thread.
   *
   * @param now the current time, in milliseconds since the epoch
   */
  LedgerRecord next(RecordId id, long now);

  /**
   * Makes a record that ends the feed: once every partition has one, all that was fed before is due
   * to be published.
   *
   * @param now the time of the feed's last record, in milliseconds since the epoch
   */
  LedgerRecord closing(RecordId id, long now);

  /** Judges what the job publishes for records that are entered in {@code ledger}. */
  JobOracle oracle(Ledger ledger);
}
