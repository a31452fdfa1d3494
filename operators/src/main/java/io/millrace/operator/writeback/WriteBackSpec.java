package io.millrace.operator.writeback;

import java.io.Serializable;

/**
 * How much memory a task's write-back state may take, beside the state backend's own.
 *
 * @param cacheBytes for the values at hand, of all states of the task together; at least 64 KiB
 * @param filterBytes for the memory of which keys there are, of all states together: with 1.4 bytes
 *     a key, 1 % of new keys are looked up in vain; 0 for none, so that every new key is
 * @param mostDirty how many changed values may wait to be stored, in each state; positive. The
 *     nearer the next checkpoint, the fewer, down to an eighth, for they are stored in one go then
 * @param timers how the function's event-time timers are kept
 * @param mostObjects how many values of each state are kept as objects too, so that one that is in
 *     use is not read from its bytes again and again; not negative. Where it is positive, values
 *     must never be changed, only replaced, and the memory that the objects take comes on top
 */
public record WriteBackSpec(
    long cacheBytes, long filterBytes, int mostDirty, Timers timers, int mostObjects)
    implements Serializable {
  /** 64 MiB of cache, 16 MiB for 12 million keys, 131,072 values to be stored, Flink's timers. */
  public static final WriteBackSpec DEFAULT =
      new WriteBackSpec(64L << 20, 16L << 20, 131_072, Timers.FLINK, 0);

  /** How event-time timers are kept. */
  public enum Timers {
    /** One by one, as Flink does; savepoints are as those of {@code KeyedStream.process}. */
    FLINK,
    /**
     * In buckets of at least eight seconds, each a list; for a timer or more a key, and many keys.
     */
    BUCKETED
  }

  private static final long LEAST_CACHE_BYTES = 64 << 10;
  private static final long LEAST_FILTER_BYTES = 1 << 10;

  /** The same with timers that are kept in another way. */
  public WriteBackSpec with(Timers other) {
    return new WriteBackSpec(cacheBytes, filterBytes, mostDirty, other, mostObjects);
  }

  /** The same with values, which are never changed, that are kept as objects too. */
  public WriteBackSpec withObjects(int most) {
    return new WriteBackSpec(cacheBytes, filterBytes, mostDirty, timers, most);
  }

  /** Without objects. */
  public WriteBackSpec(long cacheBytes, long filterBytes, int mostDirty, Timers timers) {
    this(cacheBytes, filterBytes, mostDirty, timers, 0);
  }

  /** Checks the sizes. */
  public WriteBackSpec {
    if (cacheBytes < LEAST_CACHE_BYTES) {
      throw new IllegalArgumentException(
          "cacheBytes must be 65536 or more, but is "
              + cacheBytes
              + "; give the cache more memory");
    }
    if (filterBytes != 0 && filterBytes < LEAST_FILTER_BYTES) {
      throw new IllegalArgumentException(
          "filterBytes must be 0 or at least 1024, but is " + filterBytes);
    }
    if (mostDirty < 1) {
      throw new IllegalArgumentException("mostDirty must be positive, but is " + mostDirty);
    }
    if (mostObjects < 0) {
      throw new IllegalArgumentException("mostObjects must not be negative, but is " + mostObjects);
    }
  }
}
