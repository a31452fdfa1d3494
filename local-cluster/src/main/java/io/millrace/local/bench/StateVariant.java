package io.millrace.local.bench;

import io.millrace.local.flink.StateBackend;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * One of the programs that count by key.
 *
 * @param keys what is counted
 * @param counting how
 */
record StateVariant(Keys keys, Counting counting) implements Variant {
  /** How many keys there are to draw from. */
  static final int KEYS = 10_000_000;

  /** What a value at hand takes: a header, key and value of eight bytes each, and the index. */
  private static final long ENTRY_BYTES = 48;

  /** With 11 bits a key, one of a hundred new keys is looked up in vain. */
  private static final long FILTER_BYTES = KEYS * 11L / Byte.SIZE;

  /** How the keys are drawn. */
  enum Keys {
    /** The r-th with a weight of r^-1.1. */
    ZIPF_1_1("zipf-1.1", 1.1),
    /** The r-th with a weight of r^-1.5. */
    ZIPF_1_5("zipf-1.5", 1.5),
    /** All alike. */
    UNIFORM("uniform", 0);

    private final String code;
    private final double exponent;

    Keys(String code, double exponent) {
      this.code = code;
      this.exponent = exponent;
    }

    String code() {
      return code;
    }

    double exponent() {
      return exponent;
    }
  }

  /** Where the counts are. */
  enum Counting {
    /** In plain state on RocksDB. */
    ROCKSDB("rocksdb", 0),
    /** In plain state on the heap. */
    HASHMAP("hashmap", 0),
    /** In state on RocksDB that is written back, with room at hand for all keys. */
    CACHED("cached", 1),
    /** The same with room for a tenth of them. */
    CACHED_TENTH("cached-tenth", 10);

    private final String code;

    /** One key of so many has room at hand; 0 where none has. */
    private final int oneOf;

    Counting(String code, int oneOf) {
      this.code = code;
      this.oneOf = oneOf;
    }

    private long cacheBytes() {
      return KEYS / oneOf * ENTRY_BYTES;
    }
  }

  /** All of them. */
  static List<StateVariant> all() {
    return Stream.of(Keys.values())
        .flatMap(
            keys -> Stream.of(Counting.values()).map(counting -> new StateVariant(keys, counting)))
        .toList();
  }

  /** The ratios that are of interest, with their goals. */
  static List<Comparison> comparisons() {
    return List.of(
        comparison(Keys.ZIPF_1_1, Counting.CACHED, Counting.ROCKSDB, 8),
        comparison(Keys.ZIPF_1_1, Counting.CACHED_TENTH, Counting.ROCKSDB, 4),
        comparison(Keys.ZIPF_1_1, Counting.CACHED, Counting.HASHMAP, 0.7),
        comparison(Keys.ZIPF_1_5, Counting.CACHED, Counting.ROCKSDB, 20),
        comparison(Keys.ZIPF_1_5, Counting.CACHED_TENTH, Counting.ROCKSDB, 10),
        comparison(Keys.ZIPF_1_5, Counting.CACHED, Counting.HASHMAP, 0),
        comparison(Keys.UNIFORM, Counting.CACHED, Counting.ROCKSDB, 0.95),
        comparison(Keys.UNIFORM, Counting.CACHED_TENTH, Counting.ROCKSDB, 0.95),
        comparison(Keys.UNIFORM, Counting.CACHED, Counting.HASHMAP, 0));
  }

  private static Comparison comparison(Keys keys, Counting one, Counting other, double goal) {
    return new Comparison(new StateVariant(keys, one), new StateVariant(keys, other), goal);
  }

  @Override
  public String code() {
    return keys.code + "-" + counting.code;
  }

  @Override
  public List<String> description() {
    return switch (counting) {
      case ROCKSDB -> List.of("plain state on RocksDB");
      case HASHMAP -> List.of("plain state on the heap");
      case CACHED, CACHED_TENTH ->
          List.of(
              String.format(
                  Locale.ROOT,
                  "written back to RocksDB: %d MB for 1/%d of the keys, filter of %d MB",
                  counting.cacheBytes() / 1_000_000,
                  counting.oneOf,
                  FILTER_BYTES / 1_000_000));
    };
  }

  StateBackend backend() {
    return counting == Counting.HASHMAP ? StateBackend.HASHMAP : StateBackend.ROCKSDB;
  }

  /** Whether its state is written back. */
  boolean isCached() {
    return counting.oneOf > 0;
  }

  /** What the job is told beside where the keys are. */
  List<String> arguments() {
    return isCached()
        ? List.of("--cache", counting.cacheBytes() + "b", "--filter", FILTER_BYTES + "b")
        : List.of();
  }
}
