package io.millrace.connector.store;

import java.io.Serializable;

/**
 * A store that values are written to. Part of the job graph: it is sent to the tasks with what it
 * needs to connect, and shows none of it.
 */
public interface Store<W extends StoreWrite> extends Serializable {
  /** Where it is, without credentials, such as {@code Redis at 127.0.0.1:6379}. */
  String name();

  /** What is written there, for dead letters, such as {@code cassandra:listening_events}. */
  String target();

  /** What to check when it fails, as the end of a sentence: an option, rights. */
  String advice();

  /** A connection, which is opened when it is first used. */
  StoreConnection<W> connect();
}
