package io.millrace.connector.files;

import io.millrace.connector.files.DirectoryWatch.Listing;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists a directory and gives its files to the tasks that ask, one at a time. The last {@value
 * #REMEMBERED} files are known by name, size and contents, however often they come again.
 *
 * <p><b>Metrics</b>: {@code numFilesFound}, {@code numFilesKnown} (that came again), {@code
 * numFileRetries}, {@code filesWaiting}.
 */
final class FileEnumerator implements SplitEnumerator<FileSplit, FoundFiles> {
  /** How many files are known. */
  static final int REMEMBERED = 200_000;

  private static final Logger LOG = LoggerFactory.getLogger(FileEnumerator.class);

  private final SplitEnumeratorContext<FileSplit> context;
  private final FileLocation location;
  private final WatchSpec spec;
  private final FileStore store;
  private final DirectoryWatch watch;
  private final LinkedHashSet<String> fileIds;
  private final Deque<FileSplit> waiting;
  private final Set<Integer> asking = new TreeSet<>();
  private final Counter found;
  private final Counter known;

  /** Files that are there and need not be looked at; replaced as a whole, as two threads see it. */
  private volatile Map<String, FileStat> listed;

  private boolean complete;

  FileEnumerator(
      SplitEnumeratorContext<FileSplit> context,
      FileLocation location,
      WatchSpec spec,
      FoundFiles before) {
    this.context = context;
    this.location = location;
    this.spec = spec;
    this.store = location.open();
    this.fileIds = new LinkedHashSet<>(before.fileIds());
    this.waiting = new ArrayDeque<>(before.waiting());
    Map<String, FileStat> stats = new HashMap<>();
    before.listed().forEach(file -> stats.put(file.name(), file));
    this.listed = stats;
    this.found = context.metricGroup().counter("numFilesFound");
    this.known = context.metricGroup().counter("numFilesKnown");
    Counter retries = context.metricGroup().counter("numFileRetries");
    context.metricGroup().gauge("filesWaiting", waiting::size);
    this.watch =
        new DirectoryWatch(store, spec, Retries.DEFAULT, retries::inc, System::currentTimeMillis);
  }

  @Override
  public void start() {
    context.callAsync(this::look, this::take, 0, spec.intervalMillis());
  }

  private Listing look() throws IOException {
    return watch.list(listed.values());
  }

  private void take(@Nullable Listing listing, @Nullable Throwable failure) {
    if (failure != null || listing == null) {
      throw new IllegalStateException("the files of " + location + " can't be listed", failure);
    }
    for (IngestedFile file : listing.found()) {
      if (fileIds.add(file.fileId())) {
        LOG.info("found {} of {} bytes with SHA-256 {}", file.name(), file.size(), file.sha256());
        waiting.add(FileSplit.of(file));
        found.inc();
      } else {
        known.inc();
      }
    }
    forget(listing);
    complete |= spec.bounded() && listing.settled();
    assign();
    if (listing.more()) {
      context.callAsync(this::look, this::take);
    }
  }

  private void forget(Listing listing) {
    Map<String, FileStat> now = new HashMap<>(listed);
    for (IngestedFile file : listing.found()) {
      // That a file may be read now changes neither its size nor its time: it is looked at again.
      if (file.isReadable()) {
        now.put(file.name(), file.stat());
      }
    }
    Set<String> names = new HashSet<>();
    listing.listed().forEach(file -> names.add(file.name()));
    now.keySet().retainAll(names);
    listed = Map.copyOf(now);
    Iterator<String> eldest = fileIds.iterator();
    while (fileIds.size() > REMEMBERED) {
      eldest.next();
      eldest.remove();
    }
  }

  private void assign() {
    asking.retainAll(context.registeredReaders().keySet());
    Iterator<Integer> readers = asking.iterator();
    while (readers.hasNext() && !waiting.isEmpty()) {
      context.assignSplit(waiting.removeFirst(), readers.next());
      readers.remove();
    }
    if (complete && waiting.isEmpty()) {
      asking.forEach(context::signalNoMoreSplits);
      asking.clear();
    }
  }

  @Override
  public void handleSplitRequest(int subtask, @Nullable String host) {
    asking.add(subtask);
    assign();
  }

  @Override
  public void addSplitsBack(List<FileSplit> splits, int subtask) {
    splits.forEach(waiting::addFirst);
    assign();
  }

  @Override
  public void addReader(int subtask) {
    // A reader asks when it has nothing to do.
  }

  @Override
  public FoundFiles snapshotState(long checkpointId) {
    return new FoundFiles(
        new ArrayList<>(fileIds), new ArrayList<>(listed.values()), new ArrayList<>(waiting));
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
