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
 * The key of each record of a benchmark, as a file has them: 8 bytes each, the highest first. A JVM
 * reads a file once.
 *
 * <p><b>Space</b>: 8 bytes a record.
 */
final class KeyFile {
  private static final Map<String, long[]> READ = new ConcurrentHashMap<>();

  private KeyFile() {}

  /** The keys of a file. */
  static long[] read(String file) {
    return READ.computeIfAbsent(file, KeyFile::keys);
  }

  private static long[] keys(String file) {
    Path path = Path.of(file);
    try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(path)))) {
      long[] keys = new long[Math.toIntExact(Files.size(path) / Long.BYTES)];
      for (int i = 0; i < keys.length; i++) {
        keys[i] = in.readLong();
      }
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException("the keys in " + file + " can't be read", e);
    }
  }
}
