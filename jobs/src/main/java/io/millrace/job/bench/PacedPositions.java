package io.millrace.job.bench;

import io.millrace.operator.geo.OwnerEvent;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/**
 * Makes grants and then positions of numbers. Nine of ten positions are of the few owners who
 * report all the time. The first half of a task's positions comes as fast as it is taken, the
 * second at half of that rate, in which what was held up drains away; it is measured after a fifth
 * of it. Positions have the time at which they are made.
 */
final class PacedPositions extends RichMapFunction<Long, OwnerEvent> {
  /** Owners who report all the time. */
  static final int BUSY = 200;

  private static final long serialVersionUID = 1L;
  private static final int OF_TEN = 9;
  private static final int LEFT_OUT = 5;
  private static final double NANOS_PER_SECOND = 1e9;

  private final String file;
  private final int rows;

  private transient LocationFeed feed;
  private transient RedisLatencies latencies;
  private transient SplittableRandom random;
  private transient int tasks;
  private transient int task;
  private transient int half;
  private transient int all;
  private transient int made;
  private transient long sinceNanos;
  private transient double nanosOfOne;

  /**
   * Of a file.
   *
   * @param rows how many grants and positions there are to be
   */
  PacedPositions(String file, int rows) {
    this.file = file;
    this.rows = rows;
  }

  @Override
  public void open(OpenContext context) {
    feed = LocationFeed.of(file);
    latencies = RedisLatencies.current();
    tasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
    task = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    random = new SplittableRandom(task);
    all = (rows - feed.grants().size()) / tasks;
    half = all / 2;
  }

  @Override
  public OwnerEvent map(Long number) {
    int row = ParsedRows.row(number, rows, tasks);
    if (row < feed.grants().size()) {
      return feed.grants().get(row);
    }
    pace();
    // Those of one owner come from one task.
    int owners = random.nextInt(10) < OF_TEN ? Math.min(BUSY, feed.owners()) : feed.owners();
    int owner = random.nextInt(owners / tasks) * tasks + task;
    long at = Math.max(System.currentTimeMillis(), latencies.newest(owner) + 1);
    latencies.made(owner, at);
    made++;
    return feed.located(owner, at);
  }

  private void pace() {
    if (made == half / LEFT_OUT) {
      sinceNanos = System.nanoTime();
    } else if (made == half) {
      long now = System.nanoTime();
      double nanos = (double) (now - sinceNanos) / (half - half / LEFT_OUT);
      latencies.wentAt(NANOS_PER_SECOND / nanos);
      nanosOfOne = 2 * nanos;
      sinceNanos = now;
    } else if (made > half) {
      await(sinceNanos + (long) ((made - half) * nanosOfOne));
    }
    if (made == half + half / LEFT_OUT) {
      latencies.begins(System.currentTimeMillis());
    } else if (made == all - 1) {
      latencies.ends(System.currentTimeMillis());
    }
  }

  private static void await(long nanos) {
    for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
