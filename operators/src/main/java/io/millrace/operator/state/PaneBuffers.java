package io.millrace.operator.state;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one key has in memory for its {@link PaneLog}: what is not in state yet, and how much of
 * each pane there is to forget.
 *
 * <p><b>Space</b>: what was written since the last {@link #save}, and less than as much again.
 */
public final class PaneBuffers {
  private static final int FIRST_ENTRIES = 4;

  /** How much of each pane counts, but for what is in {@link #countedOfPane}. */
  private final NavigableMap<Long, Integer> sizes = new TreeMap<>();

  /** The pane that was counted last, and how often since another was. */
  private long countedPane;

  private int countedOfPane;

  /** What is not in state yet, by pane; each buffer at the end of what was put into it. */
  private final Map<Long, ByteBuffer> unsaved = new HashMap<>();

  /** The buffer that was written last, and its pane. */
  private @Nullable ByteBuffer lastBuffer;

  private long bufferPane;

  /** Whether state has panes that are not needed. */
  private boolean hasDropped;

  /** Says that there is one thing more of a pane. */
  public void count(long pane) {
    if (pane != countedPane) {
      settle();
      countedPane = pane;
    }
    countedOfPane++;
  }

  private void settle() {
    if (countedOfPane > 0) {
      sizes.merge(countedPane, countedOfPane, Integer::sum);
      countedOfPane = 0;
    }
  }

  /** Where the next bytes of a pane go; there is room for so many. */
  public ByteBuffer roomFor(long pane, int bytes) {
    ByteBuffer last = lastBuffer;
    if (last != null && pane == bufferPane && last.remaining() >= bytes) {
      return last;
    }
    ByteBuffer buffer = unsaved.get(pane);
    if (buffer == null || buffer.remaining() < bytes) {
      int capacity = buffer == null ? FIRST_ENTRIES * bytes : 2 * buffer.capacity() + bytes;
      ByteBuffer larger = ByteBuffer.allocate(capacity);
      if (buffer != null) {
        larger.put(buffer.flip());
      }
      buffer = larger;
      unsaved.put(pane, buffer);
    }
    lastBuffer = buffer;
    bufferPane = pane;
    return buffer;
  }

  /**
   * Forgets every pane that starts before a time.
   *
   * @return how many things these had, all together
   */
  public int forget(long before) {
    settle();
    lastBuffer = null;
    int forgotten = 0;
    while (!sizes.isEmpty() && sizes.firstKey() < before) {
      Map.Entry<Long, Integer> pane = sizes.pollFirstEntry();
      unsaved.remove(pane.getKey());
      forgotten += pane.getValue();
      hasDropped = true;
    }
    return forgotten;
  }

  /** Whether state is not as this is. */
  public boolean isUnsaved() {
    return hasDropped || !unsaved.isEmpty();
  }

  /** Whether there is nothing of any pane. */
  public boolean isEmpty() {
    return countedOfPane == 0 && sizes.isEmpty();
  }

  /**
   * Writes to state what has changed, under the key that the operator has.
   *
   * @param keptFrom panes that start before it are not needed
   */
  public void save(PaneLog log, long keptFrom) throws Exception {
    if (hasDropped) {
      log.drop(keptFrom);
      hasDropped = false;
    }
    Map<Long, List<byte[]>> pieces = new HashMap<>();
    unsaved.forEach(
        (pane, buffer) -> {
          byte[] bytes = new byte[buffer.flip().remaining()];
          buffer.get(bytes);
          pieces.put(pane, List.of(bytes));
        });
    log.append(pieces);
    unsaved.clear();
    lastBuffer = null;
  }
}
