package io.millrace.connector.store;

import java.util.List;

/** A connection of one task to a store. Not safe for use by several threads. */
public interface StoreConnection<W extends StoreWrite> extends AutoCloseable {
  /**
   * Writes values, whose keys are all different. When it returns, every value that is not refused
   * is in the store, or a newer one is. After it has thrown, the store may have any of them.
   *
   * @return those that the store will never take
   * @throws StoreUnavailableException where the store may take them later; the connection can be
   *     used again
   */
  List<Refusal<W>> write(List<W> writes) throws StoreUnavailableException, InterruptedException;

  @Override
  void close();
}
