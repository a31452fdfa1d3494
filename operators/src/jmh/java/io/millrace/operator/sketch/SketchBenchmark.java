package io.millrace.operator.sketch;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time of one update: millions into an empty counter, so that growing and dropping are in it. What
 * is measured one after the other on a machine with other work is hard to compare; {@link
 * SketchComparison} measures in turns.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Updates.COUNT)
@Fork(1)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
public class SketchBenchmark {
  /** What the updates are, and who counts them. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // JMH calls setUp
  public abstract static class Counting {
    /** A constant of {@link ItemStream}. */
    @Param({"ZIPF_1_1", "ZIPF_1_5", "UNIFORM", "LATE_RISER", "ROUND_ROBIN"})
    public String stream;

    private Updates updates;

    /** Makes the updates. */
    @Setup
    public void setUp() {
      updates = new Updates(ItemStream.valueOf(stream), form(), Updates.COUNT);
    }

    abstract Updates.Form form();

    abstract String counter();

    final Object count() {
      Counter counter = Counter.Kind.valueOf(counter()).create();
      counter.countAll(updates);
      return counter;
    }
  }

  /** Keys, and those that count them. */
  @SuppressWarnings("NullAway.Init")
  public static class Keys extends Counting {
    /** A constant of {@link Counter.Kind}. */
    @Param({
      "ADAPTIVE",
      "SPACE_SAVING",
      "COUNT_MIN",
      "LOSSY_COUNTING",
      "EXACT",
      "LONGS_SKETCH",
      "LONG_MAP"
    })
    public String counter;

    @Override
    Updates.Form form() {
      return Updates.Form.KEYS;
    }

    @Override
    String counter() {
      return counter;
    }
  }

  /** Strings, and those that count them. */
  @SuppressWarnings("NullAway.Init")
  public static class Strings extends Counting {
    /** A constant of {@link Counter.Kind}. */
    @Param({
      "ADAPTIVE",
      "SPACE_SAVING",
      "COUNT_MIN",
      "LOSSY_COUNTING",
      "EXACT",
      "ITEMS_SKETCH",
      "STREAM_SUMMARY",
      "HASH_MAP"
    })
    public String counter;

    @Override
    Updates.Form form() {
      return Updates.Form.STRINGS;
    }

    @Override
    String counter() {
      return counter;
    }
  }

  /** 64-bit numbers that are their own hashes. */
  @Benchmark
  public Object keys(Keys keys) {
    return keys.count();
  }

  /** Strings: ours from their bytes in place, its hash included; the others from ready Strings. */
  @Benchmark
  public Object strings(Strings strings) {
    return strings.count();
  }
}
