package io.millrace.local.bench;

import io.millrace.local.feed.Zipf;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * The keys that a benchmark's records have, in a file of 8 bytes each, the highest first.
 *
 * @param file has them
 * @param records how many there are
 * @param distinct how many of them differ
 * @param checksum sum over all records of how often their key had come by then
 */
record KeyLoad(Path file, int records, int distinct, long checksum) {
  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  /** Draws keys and writes them; stops early where {@code stop} says so. */
  static KeyLoad write(
      Path file, StateVariant.Keys keys, int records, long seed, BooleanSupplier stop)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Zipf ranks = new Zipf(StateVariant.KEYS, keys.exponent());
    int[] times = new int[StateVariant.KEYS];
    int written = 0;
    int distinct = 0;
    long checksum = 0;
    try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (; written < records && !stop.getAsBoolean(); written++) {
        int rank = ranks.draw(random);
        out.writeLong(key(rank));
        distinct += times[rank] == 0 ? 1 : 0;
        checksum += ++times[rank];
      }
    }
    return new KeyLoad(file, written, distinct, checksum);
  }

  /** Differs from rank to rank, and has no order. */
  private static long key(int rank) {
    return (rank + 1) * FACTOR;
  }
}
