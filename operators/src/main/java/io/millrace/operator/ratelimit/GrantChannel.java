package io.millrace.operator.ratelimit;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.util.function.ThrowingConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The way back from the tasks that grant leases to one that asks for them, within a process: the
 * task that hands grants in runs in the same slot as the one that takes them. What is in it is
 * never part of a checkpoint, for no barrier passes a task while it waits for a grant.
 */
final class GrantChannel {
  /** Those that are open in this process, by who takes from them. */
  private static final Map<String, GrantChannel> OPEN = new ConcurrentHashMap<>();

  private final String name;
  private final MailboxExecutor mailbox;
  private final ThrowingConsumer<byte[], Exception> taker;
  private final Queue<byte[]> grants = new ConcurrentLinkedQueue<>();

  private GrantChannel(
      String name, MailboxExecutor mailbox, ThrowingConsumer<byte[], Exception> taker) {
    this.name = name;
    this.mailbox = mailbox;
    this.taker = taker;
  }

  /**
   * Opens the channel of a task, in place of the one that it may have had before a failure.
   *
   * @param taker is given each grant, in the task's own thread
   */
  static GrantChannel open(
      String name, MailboxExecutor mailbox, ThrowingConsumer<byte[], Exception> taker) {
    GrantChannel channel = new GrantChannel(name, mailbox, taker);
    OPEN.put(name, channel);
    return channel;
  }

  /** The channel that is open under a name; null where there is none. */
  static @Nullable GrantChannel find(String name) {
    return OPEN.get(name);
  }

  /** Hands in a grant, from any thread. */
  void offer(byte[] grant) {
    grants.add(grant);
    mailbox.execute(this::drain, "Take grants");
  }

  private void drain() throws Exception {
    for (byte[] grant = grants.poll(); grant != null; grant = grants.poll()) {
      taker.accept(grant);
    }
  }

  void close() {
    OPEN.remove(name, this);
  }
}
