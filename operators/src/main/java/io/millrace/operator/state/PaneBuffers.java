package io.millrace.operator.state;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/**
 * What one key has in memory for its {@link PaneLog}: what is not in state yet, and how much of
 * each pane there is to forget.
 *
 * <p><b>Space</b>: what was written since the last {@link #save}, and less than as much again.
 */
public final class PaneBuffers {
  private static final int FIRST_ENTRIES = 4;

  /** How much of each pane counts. */
  private final NavigableMap<Long, Integer> sizes = new TreeMap<>();

  /** What is not in state yet, by pane; each buffer at the end of what was put into it. */
  private final Map<Long, ByteBuffer> unsaved = new HashMap<>();

  /** Whether state has panes that are not needed. */
  private boolean hasDropped;

  /** Says that there is one thing more of a pane. */
  public void count(long pane) {
    sizes.merge(pane, 1, Integer::sum);
  }

  /** Where the next bytes of a pane go; there is room for so many. */
  public ByteBuffer roomFor(long pane, int bytes) {
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
    return buffer;
  }

  /**
   * Forgets every pane that starts before a time.
   *
   * @param forgotten is told for each how many things it had
   */
  public void forget(long before, IntConsumer forgotten) {
    while (!sizes.isEmpty() && sizes.firstKey() < before) {
      Map.Entry<Long, Integer> pane = sizes.pollFirstEntry();
      unsaved.remove(pane.getKey());
      forgotten.accept(pane.getValue());
      hasDropped = true;
    }
  }

  /** Whether state is not as this is. */
  public boolean isUnsaved() {
    return hasDropped || !unsaved.isEmpty();
  }

  /** Whether there is nothing of any pane. */
  public boolean isEmpty() {
    return sizes.isEmpty();
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
  }
}
