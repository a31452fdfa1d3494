package io.millrace.local.dashboard;

import io.millrace.local.dashboard.RowTable.Cursor;
import io.millrace.local.dashboard.RowTable.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who looks at topics. At most one message is under way to them; what changes meanwhile is
 * in the next one, row by row as it is then. So a slow viewer costs nothing but a late message.
 */
final class Viewer {
  /** The way to a viewer. */
  interface Wire {
    /**
     * Sends a message.
     *
     * @param id what the viewer tells when it comes back after an interruption
     * @param done is called once the message is on its way and there is room for another one
     */
    void send(String id, String json, Runnable done);
  }

  private final TopicTables tables;
  private final List<String> topics;
  private final Wire wire;
  private final List<Cursor> cursors = new ArrayList<>();
  private @Nullable String status;
  private boolean busy;
  private boolean more;

  /**
   * A viewer of these topics.
   *
   * @param last what the viewer knows, as the id of the last message it had; null for nothing
   */
  Viewer(TopicTables tables, List<String> topics, @Nullable String last, Wire wire) {
    this.tables = tables;
    this.topics = List.copyOf(topics);
    this.wire = wire;
    String[] seen =
        last != null && last.matches("\\d{1,18}(\\.\\d{1,18})*")
            ? last.split("\\.", -1)
            : new String[0];
    for (int i = 0; i < topics.size(); i++) {
      long change = seen.length == topics.size() ? Long.parseLong(seen[i]) : 0;
      cursors.add(new Cursor(change, change));
    }
  }

  /** The topics that are looked at. */
  List<String> topics() {
    return topics;
  }

  /**
   * Sends what is new, unless a message is still under way.
   *
   * @param newStatus the state of jobs and topics as JSON; is sent where it differs from the last
   * @param frames makes a frame, or has it already since others are as far
   * @return whether a message was sent
   */
  synchronized boolean tick(String newStatus, BiFunction<RowTable, Cursor, Frame> frames) {
    if (busy) {
      return false;
    }
    more = false;
    List<String> changed = new ArrayList<>();
    for (int i = 0; i < topics.size(); i++) {
      RowTable table = tables.find(topics.get(i));
      if (table != null && table.changes() != cursors.get(i).seen()) {
        Frame frame = frames.apply(table, cursors.get(i));
        cursors.set(i, frame.next());
        more |= frame.more();
        changed.add(frame.json());
      }
    }
    boolean statusChanged = !newStatus.equals(status);
    if (!statusChanged && changed.isEmpty()) {
      return false;
    }
    status = newStatus;
    busy = true;
    String message =
        "{\"status\":"
            + (statusChanged ? newStatus : "null")
            + ",\"tables\":["
            + String.join(",", changed)
            + "]}";
    wire.send(id(), message, this::sent);
    return true;
  }

  /** Whether changes wait that did not fit into the last message. */
  synchronized boolean hasMore() {
    return more && !busy;
  }

  private synchronized void sent() {
    busy = false;
  }

  /** A viewer that is interrupted before it has everything starts afresh. */
  private String id() {
    return cursors.stream()
        .map(cursor -> String.valueOf(more ? 0 : cursor.seen()))
        .collect(Collectors.joining("."));
  }
}
