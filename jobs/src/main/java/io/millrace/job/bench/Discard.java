package io.millrace.job.bench;

import java.io.Serializable;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Passes nothing on, and tells by its accumulators what it got. */
final class Discard<T> extends ProcessFunction<T, Void> {
  /** Accumulator: how many records came. */
  static final String RECORDS = "records";

  /** Accumulator: sum of their checksums, modulo 2^64. */
  static final String CHECKSUM = "checksum";

  private static final long serialVersionUID = 1L;

  private static final String OTHER = "other-";

  private final ChecksumOf<T> checksumOf;
  private final String prefix;
  private final LongCounter records = new LongCounter();
  private final LongCounter checksum = new LongCounter();

  private Discard(ChecksumOf<T> checksumOf, String prefix) {
    this.checksumOf = checksumOf;
    this.prefix = prefix;
  }

  /** Discards the only results of a job. */
  static <T> void all(DataStream<T> results, ChecksumOf<T> checksumOf) {
    some(results, checksumOf, "discard");
  }

  /** Discards results of a job that has others too. */
  static <T> void some(DataStream<T> results, ChecksumOf<T> checksumOf, String uid) {
    discard(results, new Discard<>(checksumOf, ""), uid);
  }

  /** Discards the others, and tells of them by {@code other-records} and {@code other-checksum}. */
  static <T> void others(DataStream<T> results, ChecksumOf<T> checksumOf, String uid) {
    discard(results, new Discard<>(checksumOf, OTHER), uid);
  }

  private static <T> void discard(DataStream<T> results, Discard<T> function, String uid) {
    results.process(function, Types.VOID).uid(uid).name("Discard");
  }

  /** A number that shows whether a record came whole. */
  @FunctionalInterface
  interface ChecksumOf<T> extends Serializable {
    long of(T value);
  }

  @Override
  public void open(OpenContext context) {
    getRuntimeContext().addAccumulator(prefix + RECORDS, records);
    getRuntimeContext().addAccumulator(prefix + CHECKSUM, checksum);
  }

  @Override
  public void processElement(T value, Context context, Collector<Void> out) {
    records.add(1L);
    checksum.add(checksumOf.of(value));
  }
}
