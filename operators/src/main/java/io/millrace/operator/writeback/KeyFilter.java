package io.millrace.operator.writeback;

/**
 * Remembers keys by a few bits each: it may say of a key that it has never seen that it has, but
 * never the other way round.
 *
 * <p><b>Space</b>: the bytes it is given. <b>Time</b>: one cache line. <b>Error</b>: about 1 % of
 * unseen keys where there are 11 bits a key, 5 % with 7 bits, and nearly all with 2.
 *
 * <p><b>Source</b>: blocked Bloom filter (Putze, Sanders, Singler, "Cache-, Hash- and
 * Space-Efficient Bloom Filters", WEA 2007).
 */
final class KeyFilter {
  private static final int BLOCK_LONGS = 8;
  private static final int BLOCK_BITS = BLOCK_LONGS * Long.SIZE;
  private static final int BITS_A_KEY = 6;

  private final long[] words;
  private final int blocks;

  /**
   * A filter that has seen nothing.
   *
   * @param bytes memory that it may take; below 64, it takes 64
   */
  KeyFilter(long bytes) {
    long most = bytes / (BLOCK_LONGS * Long.BYTES);
    blocks = (int) Math.max(1, Math.min(Integer.MAX_VALUE / BLOCK_LONGS, most));
    words = new long[blocks * BLOCK_LONGS];
  }

  /** Remembers a key by its hash. */
  void add(long hash) {
    int block = block(hash);
    long bits = bits(hash);
    for (int i = 0; i < BITS_A_KEY; i++) {
      int bit = (int) (bits & (BLOCK_BITS - 1));
      words[block + bit / Long.SIZE] |= 1L << bit;
      bits >>>= 9;
    }
  }

  /** Whether a key may have been added. */
  boolean mayHold(long hash) {
    int block = block(hash);
    long bits = bits(hash);
    for (int i = 0; i < BITS_A_KEY; i++) {
      int bit = (int) (bits & (BLOCK_BITS - 1));
      if ((words[block + bit / Long.SIZE] & (1L << bit)) == 0) {
        return false;
      }
      bits >>>= 9;
    }
    return true;
  }

  private int block(long hash) {
    return (int) (((hash >>> Integer.SIZE) * blocks) >>> Integer.SIZE) * BLOCK_LONGS;
  }

  /** 54 bits that don't depend on the block alone. */
  private static long bits(long hash) {
    return (hash * 0x9E3779B97F4A7C15L) >>> 10;
  }
}
