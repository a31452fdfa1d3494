package io.millrace.local.fault;

import java.util.List;

/**
 * Knows what a job must publish for the records of a ledger, and sees whether it did. It is told of
 * every acknowledged record while the job runs, and afterwards of the input as it stands in its
 * topic, and then of the committed rows.
 */
public interface JobOracle {
  /** Takes a record that Kafka has acknowledged. Called by several threads. */
  void acknowledged(LedgerRecord record);

  /**
   * Takes a record as the job finds it: those of one partition come in the order of their offsets.
   *
   * @param partition partition of the input topic
   * @param at its event time, in milliseconds since the epoch
   */
  void inInput(int partition, RecordId id, long at);

  /**
   * Takes a committed row of a sink topic; a tombstone has no bytes.
   *
   * @param topic name of the topic
   */
  void published(String topic, byte[] value);

  /** What is right and wrong with what was published; called once, at the end. */
  Judgement judge();

  /**
   * What an oracle found.
   *
   * @param expected how many rows there must be, over all sink topics
   * @param published how many there are
   * @param lost rows that are missing
   * @param twice rows that are there more than once
   * @param wrong rows with another content than they must have, and rows that must not be there
   * @param late how many records the job took for late, which is right for all that are not wrong
   * @param deadLetters how many records it refused, likewise
   * @param named the first faults, in words
   */
  record Judgement(
      long expected,
      long published,
      long lost,
      long twice,
      long wrong,
      long late,
      long deadLetters,
      List<String> named) {
    /** Whether everything was published once, and as it must be. */
    public boolean isClean() {
      return lost == 0 && twice == 0 && wrong == 0;
    }
  }
}
