package io.millrace.local.dashboard;

import io.millrace.local.dashboard.RowTable.Cursor;
import io.millrace.local.dashboard.RowTable.Frame;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everybody who looks: each gets a few messages a second, made once for all that are as far. */
final class Viewers implements AutoCloseable {
  /** How many there may be at once. */
  static final int MOST = 200;

  private static final Logger LOG = LoggerFactory.getLogger(Viewers.class);

  private static final Duration INTERVAL = Duration.ofMillis(250);

  /** Messages of one turn for who starts afresh, and has more than one message to get. */
  private static final int ROUNDS = 8;

  /** What a frame is of. */
  private record Asked(RowTable table, Cursor cursor) {}

  private final TopicTables tables;
  private final Supplier<String> status;
  private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock;

  /** Has nobody yet. {@code status} is the state of jobs and topics as JSON. */
  Viewers(TopicTables tables, Supplier<String> status) {
    this.tables = tables;
    this.status = status;
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "dashboard-frames");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Starts to send. */
  void start() {
    Future<?> unused =
        clock.scheduleWithFixedDelay(
            this::turn, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** How many there are. */
  int count() {
    return viewers.size();
  }

  /**
   * Adds a viewer.
   *
   * @throws IllegalStateException where there are too many, or they look at too many topics
   */
  void add(Viewer viewer) {
    if (viewers.size() >= MOST) {
      throw new IllegalStateException("too many pages are open; close one first");
    }
    int acquired = 0;
    try {
      for (String topic : viewer.topics()) {
        tables.acquire(topic);
        acquired++;
      }
    } catch (IllegalStateException e) {
      viewer.topics().subList(0, acquired).forEach(tables::release);
      throw e;
    }
    viewers.add(viewer);
  }

  /** Takes a viewer out. */
  void remove(Viewer viewer) {
    if (viewers.remove(viewer)) {
      viewer.topics().forEach(tables::release);
    }
  }

  /** Sends everybody what is new to them. */
  void turn() {
    try {
      String now = status.get();
      Map<Asked, Frame> made = new HashMap<>();
      for (Viewer viewer : viewers) {
        int rounds = 0;
        while (viewer.tick(now, (table, cursor) -> frame(made, table, cursor))
            && viewer.hasMore()
            && ++rounds < ROUNDS) {
          LOG.trace("A viewer has more to get");
        }
      }
    } catch (RuntimeException e) {
      // The clock would stop for good.
      LOG.error("A turn failed", e);
    }
  }

  private static Frame frame(Map<Asked, Frame> made, RowTable table, Cursor cursor) {
    return made.computeIfAbsent(new Asked(table, cursor), asked -> asked.table.since(asked.cursor));
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
