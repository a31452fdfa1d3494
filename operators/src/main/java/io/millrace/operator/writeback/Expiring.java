package io.millrace.operator.writeback;

/**
 * A function whose keys are forgotten some time after their last use, such as after a retention.
 *
 * <p>An expiry is a timer of event time but for one thing: the end of the input does not make it
 * fire. Nothing that is said at the end hangs on what would be forgotten later; so a bounded run
 * does not have to read all that it remembers once more. Values and expiries stay in state, and a
 * job that goes on from a savepoint that was taken then has both.
 */
public interface Expiring {
  /**
   * Gives the function its expiries, before its first record. Nobody does where an operator has
   * {@link WriteBackSpec.Timers#FLINK}, or is Flink's own: there, expiries are timers like others.
   */
  void takeExpiries(Expiries expiries);

  /** Sets expiries of the current key. */
  @FunctionalInterface
  interface Expiries {
    /**
     * Calls {@code onTimer} once the watermark has got to a time, unless the input ends before. It
     * can't be deleted, and a timer of the same time must not be, but before.
     *
     * @param time in milliseconds since the epoch
     */
    void register(long time);
  }
}
