package io.millrace.connector.redis;

import io.millrace.connector.store.StoreWrite;

/** One absolute value for Redis, with a version that is kept beside it. */
public sealed interface RedisWrite extends StoreWrite
    permits SortedSetSnapshot, RedisString, RedisHash, RedisPosition, RedisSighting {
  /** Versions are compared by Redis's numbers, which tell neighbours apart up to here. */
  long LAST_EXACT_VERSION = 1L << 53;

  /** The call that writes it. */
  RedisCall call();

  /**
   * Checks a version.
   *
   * @throws IllegalArgumentException where it is out of range
   */
  static void checkVersion(long version) {
    if (version < -LAST_EXACT_VERSION || version > LAST_EXACT_VERSION) {
      throw new IllegalArgumentException(
          "a value can't be written to Redis with a version beyond 2^53: " + version);
    }
  }
}
