package io.millrace.operator.logs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.util.function.ThrowingConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings news to a task that reads lines from the source in its own chain, where an operator has no
 * second input: from the task that gets them, which runs in the same slot. Either may be there
 * first. What is in it is in the state of the task that gets them, and comes again after a restore.
 * Safe for use by both threads.
 */
final class NewsChannel {
  /** Those of this process, by who takes from them. */
  private static final Map<String, NewsChannel> OPEN = new ConcurrentHashMap<>();

  private final String name;
  private final List<LogNews> waiting = new ArrayList<>();
  private @Nullable MailboxExecutor mailbox;
  private @Nullable ThrowingConsumer<LogNews, Exception> taker;

  private NewsChannel(String name) {
    this.name = name;
  }

  /**
   * The channel under a name.
   *
   * @param name the same for both tasks of a slot, and for no other tasks of this process
   */
  static NewsChannel of(String name) {
    return OPEN.computeIfAbsent(name, NewsChannel::new);
  }

  /**
   * Says who takes the news.
   *
   * @param mailbox of the task
   * @param taker is given each of them, in the task's own thread
   */
  synchronized void take(MailboxExecutor mailbox, ThrowingConsumer<LogNews, Exception> taker) {
    this.mailbox = mailbox;
    this.taker = taker;
    if (!waiting.isEmpty()) {
      mailbox.execute(this::drain, "Take news");
    }
  }

  /** Hands in news. */
  synchronized void offer(LogNews news) {
    waiting.add(news);
    if (mailbox != null && waiting.size() == 1) {
      mailbox.execute(this::drain, "Take news");
    }
  }

  private void drain() throws Exception {
    List<LogNews> taken;
    ThrowingConsumer<LogNews, Exception> by;
    synchronized (this) {
      taken = List.copyOf(waiting);
      by = taker;
      waiting.clear();
    }
    if (by != null) {
      for (LogNews each : taken) {
        by.accept(each);
      }
    }
  }

  /** That nobody takes from it any more. */
  void close() {
    OPEN.remove(name, this);
  }
}
