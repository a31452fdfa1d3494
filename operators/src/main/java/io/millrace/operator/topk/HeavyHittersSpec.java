package io.millrace.operator.topk;

import io.millrace.operator.sketch.AdaptiveCounts;
import io.millrace.operator.sketch.SketchAlgorithm;
import io.millrace.operator.sketch.TopKSketch;
import io.millrace.operator.window.PanedWindows;
import java.io.Serializable;

/**
 * What to rank and how.
 *
 * @param windows the windows that are ranked
 * @param k the most items of a ranking; from 1 to 10,000
 * @param algorithm how items are counted
 * @param memoryBytes memory for the counts of one dimension in one window, in all buckets together,
 *     and again in each task that counts; at least 64 KiB. Each pane of a sliding window has its
 *     share. An algorithm other than exact counts within it and leaves light items out; but never
 *     so many that {@code maxError} could be more than total / k
 * @param maxAheadMillis how far a record's event time may be beyond the wall clock; the source
 *     refuses records that are further ahead. While an input is idle, windows further ahead than
 *     this wait for the clock
 * @param localBytes memory that one task may hold before it hands its counts on; at least 64 KiB
 */
public record HeavyHittersSpec(
    PanedWindows windows,
    int k,
    SketchAlgorithm algorithm,
    long memoryBytes,
    long maxAheadMillis,
    long localBytes)
    implements Serializable {

  /** The most items of a ranking. */
  public static final int MAX_K = 10_000;

  /** Memory of a dimension in a window that holds about 100,000 items of 40 bytes exactly. */
  public static final long DEFAULT_MEMORY_BYTES = 8L << 20;

  /** Memory of one counting task that fits a task manager of the default size. */
  public static final long DEFAULT_LOCAL_BYTES = 64L << 20;

  /**
   * Parts that each dimension's items are split into by hash, so that counting one dimension uses
   * every task. Part of the state's layout, so never changed.
   */
  static final int BUCKETS = 128;

  private static final long LEAST_BYTES = 64 << 10;

  /*
   * A bucket's error is at most half of total / k: that of lossy counting, the widest, is
   * 2.5 * total / items, the others' 2. What the tasks that count leave out adds
   * 2 * total / items, a quarter.
   */
  private static final int BUCKET_ITEMS_PER_K = 5;
  private static final int LOCAL_ITEMS_PER_K = 8;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException where one is out of its range; the message says which
   */
  public HeavyHittersSpec {
    if (k < 1 || k > MAX_K) {
      throw new IllegalArgumentException("k must be from 1 to " + MAX_K + ", but is " + k);
    }
    if (maxAheadMillis < 0) {
      throw new IllegalArgumentException("the time ahead must not be negative");
    }
    if (memoryBytes < LEAST_BYTES) {
      throw new IllegalArgumentException("the memory of a dimension must be at least 64 KiB");
    }
    if (localBytes < LEAST_BYTES) {
      throw new IllegalArgumentException("the local memory must be at least 64 KiB");
    }
  }

  /** An empty sketch for what one task counts of a dimension in a pane. */
  AdaptiveCounts localSketch() {
    long bound = algorithm == SketchAlgorithm.EXACT ? Long.MAX_VALUE : paneBytes();
    return new AdaptiveCounts(bound, LOCAL_ITEMS_PER_K * k);
  }

  /** An empty sketch for a bucket of a dimension in a window. */
  TopKSketch windowSketch() {
    return bucketSketch(memoryBytes);
  }

  /** An empty sketch for a bucket of a dimension in a pane. */
  TopKSketch paneSketch() {
    return bucketSketch(paneBytes());
  }

  private TopKSketch bucketSketch(long bytes) {
    return algorithm.create(bytes / BUCKETS, BUCKET_ITEMS_PER_K * k);
  }

  private long paneBytes() {
    return memoryBytes / (windows.sizeMillis() / windows.paneMillis());
  }

  /** How the tasks that count go about panes. */
  PaneCounting counting() {
    return new PaneCounting(
        windows, PaneCounting.DueAt.CLOSE, algorithm.code(), maxAheadMillis, localBytes);
  }
}
