package io.millrace.operator.topk;

import io.millrace.operator.topk.PartialCount.Bucket;
import java.io.Serializable;

/**
 * What one task has counted of one pane since it last handed its counts on.
 *
 * @param <T> type of the records
 */
public interface PaneCounts<T> {
  /**
   * Counts a record.
   *
   * @return whether {@link #memoryBytes} may be another than before
   */
  boolean add(T event);

  /** Memory held, in bytes. */
  long memoryBytes();

  /** Hands everything on. It is used again only after {@link #reset}. */
  void handOn(Parts out);

  /** Forgets everything, and keeps the memory for as much again. */
  void reset();

  /** Takes counts, bucket by bucket. */
  @FunctionalInterface
  interface Parts {
    /**
     * Takes the counts of a bucket.
     *
     * @param form what the operator that merges buckets reads
     */
    void part(Bucket bucket, byte[] form);
  }

  /** Makes the counts of panes; each task has its own. */
  @FunctionalInterface
  interface Factory<T> extends Serializable {
    /** Nothing counted yet. */
    PaneCounts<T> create();
  }
}
