package io.millrace.local.fault;

import io.millrace.schema.Topic;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the harness must know of a job to try it: how to feed it records that can be told apart, and
 * what it must publish for them.
 */
public interface Trial {
  /** The topic to feed. */
  Topic<?> input();

  /**
   * The other topics that it reads in the order of time; without records of theirs it would wait.
   */
  default List<SideInput<?>> sides() {
    return List.of();
  }

  /** All topics that are fed. */
  default List<Topic<?>> inputs() {
    List<Topic<?>> inputs = new ArrayList<>(List.of(input()));
    sides().forEach(side -> inputs.add(side.topic()));
    return inputs;
  }

  /** Options that the job must be run with. */
  Map<String, String> settings();

  /**
   * How long the job must be fed at a steady rate until its state grows no more; empty where it
   * remembers for longer than anybody tries it.
   */
  default Optional<Duration> stateSettles() {
    return Optional.of(Duration.ofMinutes(2));
  }

  /**
   * Makes what the job works on beside topics, such as a directory for its files. Called once,
   * before the job runs and is judged.
   *
   * @param directory one of the run
   * @return options that tell the job where that is
   * @throws IOException where it can't be made
   */
  default Map<String, String> place(Path directory) throws IOException {
    return Map.of();
  }

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
