package io.millrace.operator.writeback;

/**
 * Remembers keys by a few bits each: it may say of a key that it has never seen that it has, but
 * never the other way round. The first keys have a small part of the memory to themselves, which
 * stays in the processor's caches; only where more come is the rest taken.
 *
 * <p><b>Space</b>: up to the bytes it is given. <b>Time</b>: one cache line, or two. <b>Error</b>:
 * about 1 % of unseen keys where there are 11 bits a key, 5 % with 7 bits, and nearly all with 2.
 *
 * <p><b>Source</b>: blocked Bloom filter (Putze, Sanders, Singler, "Cache-, Hash- and
 * Space-Efficient Bloom Filters", WEA 2007).
 */
final class KeyFilter {
  private static final int BLOCK_LONGS = 8;
  private static final int BLOCK_BITS = BLOCK_LONGS * Long.SIZE;
  private static final int BLOCK_BYTES = BLOCK_LONGS * Long.BYTES;
  private static final int BITS_A_KEY = 6;

  /** The first part has one part in so many of the bytes. */
  private static final int FIRST_SHARE = 64;

  /** As many keys may be in a block of the first part, on average. */
  private static final int KEYS_OF_BLOCK = 32;

  private final long restBytes;
  private final long[] first;
  private long keysOfFirst;

  /** None while all keys are in the first part. */
  private long[] rest = new long[0];

  /**
   * A filter that has seen nothing.
   *
   * @param bytes memory that it may take; below 128, it takes 128
   */
  KeyFilter(long bytes) {
    first = new long[blocks(bytes / FIRST_SHARE) * BLOCK_LONGS];
    restBytes = bytes - (long) first.length * Long.BYTES;
  }

  private static int blocks(long bytes) {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE / BLOCK_LONGS, bytes / BLOCK_BYTES));
  }

  /** Remembers a key by its hash. */
  void add(long hash) {
    if (mayHold(first, hash)) {
      return;
    }
    if (keysOfFirst < (long) first.length / BLOCK_LONGS * KEYS_OF_BLOCK) {
      keysOfFirst++;
      add(first, hash);
      return;
    }
    if (rest.length == 0) {
      rest = new long[blocks(restBytes) * BLOCK_LONGS];
    }
    add(rest, hash);
  }

  /** Whether no key was ever added. */
  boolean isEmpty() {
    return keysOfFirst == 0;
  }

  /** Whether a key may have been added. */
  boolean mayHold(long hash) {
    return mayHold(first, hash) || (rest.length > 0 && mayHold(rest, hash));
  }

  private static void add(long[] words, long hash) {
    int block = block(words, hash);
    long bits = bits(hash);
    for (int i = 0; i < BITS_A_KEY; i++) {
      int bit = (int) (bits & (BLOCK_BITS - 1));
      words[block + bit / Long.SIZE] |= 1L << bit;
      bits >>>= 9;
    }
  }

  private static boolean mayHold(long[] words, long hash) {
    int block = block(words, hash);
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

  private static int block(long[] words, long hash) {
    long blocks = words.length / BLOCK_LONGS;
    return (int) (((hash >>> Integer.SIZE) * blocks) >>> Integer.SIZE) * BLOCK_LONGS;
  }

  /** 54 bits that don't depend on the block alone. */
  private static long bits(long hash) {
    return (hash * 0x9E3779B97F4A7C15L) >>> 10;
  }
}
