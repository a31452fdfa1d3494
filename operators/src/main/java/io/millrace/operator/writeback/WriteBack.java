package io.millrace.operator.writeback;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;

/**
 * Keyed state that is written back: a function is written as for {@code KeyedStream.process}, and
 * run by this, it finds the values that it uses most in memory, within a number of bytes. Values
 * that are not there are read from the state backend, unless their key is new; changed ones are
 * stored a few at a time, all of them before a checkpoint's barrier.
 *
 * <p>Nothing but the speed tells it from {@code KeyedStream.process}: results, timers, checkpoints
 * and savepoints are the same, which can be restored by either, at any parallelism. Values are
 * copies, as with RocksDB: a change to one counts once {@code update} is called. With {@link
 * WriteBackSpec#mostObjects} they are not copied, and must never be changed.
 *
 * <p><b>Source</b>: write-back caches (Hennessy and Patterson, "Computer Architecture", ch. 2).
 */
public final class WriteBack {
  private WriteBack() {}

  /**
   * Runs a function.
   *
   * @param function is asked for a value often; value states without a time to live are kept at
   *     hand, and all others are as they are
   * @param type of the results
   * @param name of the operator, for people
   */
  public static <K, I, O> SingleOutputStreamOperator<O> process(
      KeyedStream<I, K> stream,
      KeyedProcessFunction<K, I, O> function,
      TypeInformation<O> type,
      WriteBackSpec spec,
      String name) {
    return stream.transform(
        name, type, operator(stream.getExecutionEnvironment().clean(function), spec));
  }

  /** The operator that runs a function, for what has no stream, such as Flink's test harness. */
  public static <K, I, O> OneInputStreamOperator<I, O> operator(
      KeyedProcessFunction<K, I, O> function, WriteBackSpec spec) {
    return new WriteBackOperator<>(function, spec);
  }
}
