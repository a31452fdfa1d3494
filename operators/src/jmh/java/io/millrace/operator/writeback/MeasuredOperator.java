package io.millrace.operator.writeback;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/** An operator that is fed in this process, with its state in a directory that goes with it. */
@SuppressWarnings("try") // A harness declares that close may be interrupted.
final class MeasuredOperator<K, I, O> implements AutoCloseable {
  private static final long MANAGED_BYTES = 256L << 20;

  private final Path directory;
  private final MockEnvironment environment;
  private final KeyedOneInputStreamOperatorTestHarness<K, I, O> harness;

  /** Where plain state is. */
  enum Beneath {
    ROCKSDB,
    HASHMAP
  }

  MeasuredOperator(
      OneInputStreamOperator<I, O> operator,
      KeySelector<I, K> key,
      TypeInformation<K> type,
      Beneath beneath)
      throws Exception {
    directory = Files.createTempDirectory("measured-operator");
    environment = new MockEnvironmentBuilder().setManagedMemorySize(MANAGED_BYTES).build();
    harness = new KeyedOneInputStreamOperatorTestHarness<>(operator, key, type, environment);
    if (beneath == Beneath.HASHMAP) {
      harness.setStateBackend(new HashMapStateBackend());
    } else {
      EmbeddedRocksDBStateBackend backend = new EmbeddedRocksDBStateBackend(true);
      backend.setDbStoragePath(directory.toString());
      harness.setStateBackend(backend);
    }
    harness.open();
  }

  KeyedOneInputStreamOperatorTestHarness<K, I, O> harness() {
    return harness;
  }

  /** The median of the ratios of two programs' figures, round by round. */
  static double ratio(double[] of, double[] to) {
    double[] ratios = new double[of.length];
    Arrays.setAll(ratios, i -> of[i] / to[i]);
    return median(ratios);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  @Override
  public void close() throws Exception {
    harness.close();
    environment.close();
    removeAll(directory);
  }

  private static void removeAll(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (Path path : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }
}
