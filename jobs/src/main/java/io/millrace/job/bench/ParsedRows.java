package io.millrace.job.bench;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The event times and paths of a benchmark's requests, in the order of their topic. A JVM reads a
 * file of them once, before its first job takes the first row.
 *
 * <p><b>Space</b>: 12 bytes a row, and each distinct path once.
 *
 * @param paths every path that occurs
 * @param times event time of each row
 * @param pathOf which of the paths each row has
 */
@SuppressWarnings("ArrayRecordComponent") // It is never compared.
record ParsedRows(String[] paths, long[] times, int[] pathOf) {
  private static final Map<String, ParsedRows> READ = new ConcurrentHashMap<>();

  /** Those of a file. */
  static ParsedRows of(String file) {
    return READ.computeIfAbsent(file, ParsedRows::read);
  }

  /** How many there are. */
  int count() {
    return times.length;
  }

  /**
   * The row that stands for a number when a source splits all numbers into {@code tasks} spans of
   * equal length: every task then gets rows of the whole time, as it does from Kafka's partitions.
   */
  static int row(long number, int rows, int tasks) {
    int span = rows / tasks;
    return Math.toIntExact(number % span * tasks + number / span);
  }

  private static ParsedRows read(String file) {
    try (var in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(Path.of(file))))) {
      String[] paths = new String[in.readInt()];
      for (int i = 0; i < paths.length; i++) {
        paths[i] = in.readUTF();
      }
      long[] times = new long[in.readInt()];
      int[] pathOf = new int[times.length];
      for (int i = 0; i < times.length; i++) {
        times[i] = in.readLong();
        pathOf[i] = in.readInt();
      }
      return new ParsedRows(paths, times, pathOf);
    } catch (IOException e) {
      throw new UncheckedIOException("the parsed rows in " + file + " can't be read", e);
    }
  }
}
