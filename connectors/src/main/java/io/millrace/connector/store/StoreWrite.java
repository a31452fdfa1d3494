package io.millrace.connector.store;

/** One absolute value for a store: to write it twice, or after a newer one, makes no difference. */
public interface StoreWrite {
  /**
   * What is written. Of two writes with equal keys, the one with the greater version stays, and of
   * two with one version the first.
   */
  Object key();

  /** The key for people, in a dead letter. */
  String keyText();

  /** Rises with every newer value of a key, and follows from data, not from the clock. */
  long version();

  /** What it holds in memory until it is written, roughly, in bytes. */
  int bytes();
}
