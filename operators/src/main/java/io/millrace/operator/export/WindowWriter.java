package io.millrace.operator.export;

import java.io.Serializable;
import org.apache.flink.api.common.functions.RuntimeContext;

/**
 * Writes the rows of windows somewhere. A window is written again where the job fails before the
 * checkpoint that follows.
 *
 * @param <R> what is known of a window that was written
 */
public interface WindowWriter<R> extends Serializable {
  /** Makes ready to write, in the task that will. */
  void open(RuntimeContext context) throws Exception;

  /**
   * Writes a window.
   *
   * @param rows its rows in the order of their times, partitions and offsets, of which there is one
   *     at least; may be gone through again
   * @throws Exception where it can't be, which fails the job
   */
  R write(RowWindow window, Iterable<byte[]> rows) throws Exception;

  /** Ends it. */
  void close() throws Exception;
}
