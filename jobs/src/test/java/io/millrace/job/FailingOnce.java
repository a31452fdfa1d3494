package io.millrace.job;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.functions.MapFunction;

/** Passes elements on, and fails once, at the element whose number it was given, when armed. */
public final class FailingOnce<T> implements MapFunction<T, T> {
  private static final long serialVersionUID = 1L;
  private static final AtomicBoolean ARMED = new AtomicBoolean();
  private static final AtomicBoolean FAILED = new AtomicBoolean();

  private final int element;
  private int seen;

  FailingOnce(int element) {
    this.element = element;
  }

  /** Makes the next instance that comes so far fail. */
  public static void arm() {
    FAILED.set(false);
    ARMED.set(true);
  }

  /** Whether one has failed since. */
  public static boolean hasFailed() {
    return FAILED.get();
  }

  @Override
  public T map(T value) {
    seen++;
    if (seen == element && ARMED.compareAndSet(true, false)) {
      FAILED.set(true);
      throw new IllegalStateException("injected failure at element " + element);
    }
    return value;
  }
}
