package io.millrace.schema.avro;

/**
 * CRC-64-AVRO, a hash of 64 bits by Rabin's method.
 *
 * <p><b>Source</b>: Apache Avro 1.12, specification, "Schema fingerprints".
 */
final class Fingerprint {
  private static final long EMPTY = 0xc15d213aa4d7a795L;
  private static final long[] TABLE = table();

  private Fingerprint() {}

  static long of(byte[] bytes) {
    long hash = EMPTY;
    for (byte each : bytes) {
      hash = (hash >>> 8) ^ TABLE[(int) (hash ^ each) & 0xff];
    }
    return hash;
  }

  private static long[] table() {
    long[] table = new long[256];
    for (int i = 0; i < table.length; i++) {
      long hash = i;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        hash = (hash >>> 1) ^ (EMPTY & -(hash & 1));
      }
      table[i] = hash;
    }
    return table;
  }
}
