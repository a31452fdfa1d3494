package io.millrace.local.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.apache.kafka.streams.state.WindowStore;

/** The two steps in which {@link StreamsTopology} ranks a closed window. */
final class StreamsRanking {
  /** Store of {@link OfTask}: up to which start windows are closed. */
  static final String CLOSED = "closed";

  /** Store of {@link OfAll}: what has come of each window. */
  static final String PARTS = "parts";

  /** The lightest first; of equally heavy ones the last by name, which is ASCII. */
  private static final Comparator<RankedPath> LIGHTEST_FIRST =
      Comparator.comparingLong(RankedPath::count)
          .thenComparing(RankedPath::path, Comparator.reverseOrder());

  private StreamsRanking() {}

  /** One row of the result. */
  record RankedPath(long windowEnd, String path, long count) {}

  /**
   * The heaviest paths of a window.
   *
   * @param tasks how many tasks have ranked theirs
   */
  record TaskRanking(int tasks, List<RankedPath> paths) {}

  /** Ranks the paths that one task counts, from the count's store, when their window closes. */
  static final class OfTask implements Processor<Windowed<String>, Long, Long, TaskRanking> {
    private static final String START = "start";
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private final String countsName;
    private ProcessorContext<Long, TaskRanking> context;
    private WindowStore<String, ValueAndTimestamp<Long>> counts;
    private KeyValueStore<String, Long> closed;

    OfTask(String countsName) {
      this.countsName = countsName;
    }

    @Override
    public void init(ProcessorContext<Long, TaskRanking> context) {
      this.context = context;
      counts = context.getStateStore(countsName);
      closed = context.getStateStore(CLOSED);
      context.schedule(INTERVAL, PunctuationType.STREAM_TIME, this::close);
    }

    /** An update is in the store already, and ranked when its window closes. */
    @Override
    public void process(Record<Windowed<String>, Long> update) {}

    private void close(long streamTime) {
      Long before = closed.get(START);
      long from = before == null ? 0 : before;
      // Windows that start here are open.
      long to = streamTime - StreamsTopology.GRACE.toMillis() - RequestLoad.WINDOW_MILLIS + 1;
      if (to <= from) {
        return;
      }
      Map<Long, PriorityQueue<RankedPath>> heaviest = new TreeMap<>();
      try (KeyValueIterator<Windowed<String>, ValueAndTimestamp<Long>> all =
          counts.fetchAll(from, to - 1)) {
        while (all.hasNext()) {
          KeyValue<Windowed<String>, ValueAndTimestamp<Long>> next = all.next();
          long end = next.key.window().end();
          add(
              heaviest.computeIfAbsent(end, none -> new PriorityQueue<>(LIGHTEST_FIRST)),
              new RankedPath(end, next.key.key(), next.value.value()));
        }
      }
      heaviest.forEach(
          (end, paths) ->
              context.forward(
                  new Record<>(end, new TaskRanking(1, List.copyOf(paths)), streamTime)));
      closed.put(START, to);
    }
  }

  /** Unites the rankings of all tasks, and publishes when the last one has come. */
  static final class OfAll implements Processor<Long, TaskRanking, Long, RankedPath> {
    private final int tasks;
    private final Runnable onPublished;
    private ProcessorContext<Long, RankedPath> context;
    private KeyValueStore<Long, TaskRanking> parts;

    /**
     * Waits for so many tasks.
     *
     * @param onPublished is run after each window
     */
    OfAll(int tasks, Runnable onPublished) {
      this.tasks = tasks;
      this.onPublished = onPublished;
    }

    @Override
    public void init(ProcessorContext<Long, RankedPath> context) {
      this.context = context;
      parts = context.getStateStore(PARTS);
    }

    @Override
    public void process(Record<Long, TaskRanking> part) {
      TaskRanking before = parts.get(part.key());
      PriorityQueue<RankedPath> heaviest = new PriorityQueue<>(LIGHTEST_FIRST);
      part.value().paths().forEach(path -> add(heaviest, path));
      if (before != null) {
        before.paths().forEach(path -> add(heaviest, path));
      }
      int come = part.value().tasks() + (before == null ? 0 : before.tasks());
      if (come < tasks) {
        parts.put(part.key(), new TaskRanking(come, new ArrayList<>(heaviest)));
        return;
      }
      heaviest.forEach(path -> context.forward(part.withValue(path)));
      parts.delete(part.key());
      onPublished.run();
    }
  }

  private static void add(PriorityQueue<RankedPath> heaviest, RankedPath path) {
    heaviest.add(path);
    if (heaviest.size() > RankingCheck.K) {
      heaviest.remove();
    }
  }
}
