package io.millrace.operator.writeback;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/** An operator that is fed in this process, with its state in a directory that goes with it. */
@SuppressWarnings("try") // A harness declares that close may be interrupted.
public final class MeasuredOperator<K, I, O> implements AutoCloseable {
  private static final String ROCKSDB_MEMORY = "256m";

  private final Path directory;
  private final KeyedOneInputStreamOperatorTestHarness<K, I, O> harness;

  /** Where plain state is. */
  public enum Beneath {
    ROCKSDB,
    HASHMAP
  }

  /** An operator as jobs have it. */
  MeasuredOperator(
      OneInputStreamOperator<I, O> operator,
      KeySelector<I, K> key,
      TypeInformation<K> type,
      Beneath beneath)
      throws Exception {
    this(SimpleOperatorFactory.of(operator), key, type, beneath);
  }

  /** An operator that is made by a factory, with 256 MiB for RocksDB. */
  public MeasuredOperator(
      StreamOperatorFactory<O> factory,
      KeySelector<I, K> key,
      TypeInformation<K> type,
      Beneath beneath)
      throws Exception {
    directory = Files.createTempDirectory("measured-operator");
    harness = new KeyedOneInputStreamOperatorTestHarness<>(factory, key, type);
    if (beneath == Beneath.HASHMAP) {
      harness.setStateBackend(new HashMapStateBackend());
    } else {
      EmbeddedRocksDBStateBackend backend = new EmbeddedRocksDBStateBackend(true);
      backend.setDbStoragePath(directory.toString());
      backend.getMemoryConfiguration().setUseManagedMemory(false);
      backend.getMemoryConfiguration().setFixedMemoryPerSlot(ROCKSDB_MEMORY);
      harness.setStateBackend(backend);
    }
    harness.open();
  }

  /** What feeds it. */
  public KeyedOneInputStreamOperatorTestHarness<K, I, O> harness() {
    return harness;
  }

  /** The median of the ratios of two programs' figures, round by round. */
  public static double ratio(double[] of, double[] to) {
    double[] ratios = new double[of.length];
    Arrays.setAll(ratios, i -> of[i] / to[i]);
    return median(ratios);
  }

  /** The median of some figures. */
  public static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  @Override
  public void close() throws Exception {
    harness.close();
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
