package io.millrace.local.dashboard;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a topic now, and in which order it changed. A viewer keeps one number, the last
 * change it was told; so many changes of a row between two frames are one, and no viewer, however
 * slow, has a queue.
 *
 * <p>Safe for use by several threads.
 *
 * <p><b>Space</b>: O(rows), and never more than the limits it was made with; of rows that left, as
 * many keys again. <b>Time</b>: O(log rows) a change, O(changes) a frame.
 */
final class RowTable {
  /** What its rows are. */
  enum Kind {
    /** The newest version of each row. */
    LATEST,
    /** The newest records, each a row of its own. */
    LOG
  }

  /**
   * The most that a table keeps, or a frame holds.
   *
   * @param rows number of rows
   * @param chars length of their JSON together
   */
  record Limits(int rows, long chars) {}

  private static final Limits FRAME = new Limits(1_000, 512 * 1024);

  /** More records than these in a frame are more than anybody reads. */
  private static final int NEW_RECORDS = 500;

  /**
   * How far a reader has read.
   *
   * @param seen the last change that it knows
   * @param afresh the last change when it started from nothing; it has no row that left before that
   */
  record Cursor(long seen, long afresh) {
    /** Of a reader that knows nothing. */
    static final Cursor START = new Cursor(0, 0);
  }

  /**
   * What changed, as a reader is told.
   *
   * @param json the changes as a JSON object
   * @param next how far the reader has read with it
   * @param more whether there are more changes, which did not fit
   */
  record Frame(String json, Cursor next, boolean more) {}

  /** A row as it is, or a sign that it left where it has no content. */
  private record Row(
      String key,
      @Nullable String group,
      @Nullable String snapshot,
      long version,
      @Nullable String json,
      long change) {
    long chars() {
      return json == null ? 0 : key.length() + json.length();
    }

    boolean isOf(String someGroup, String someSnapshot) {
      return someGroup.equals(group) && someSnapshot.equals(snapshot);
    }
  }

  /** A snapshot of which rows are still missing, and the version of its end. */
  private record Awaited(String snapshot, long version, long missing) {}

  private final String topic;
  private final Kind kind;
  private final Limits limits;
  private final Map<String, Row> rows = new HashMap<>();
  private final NavigableMap<Long, Row> present = new TreeMap<>();
  private final NavigableMap<Long, Row> left = new TreeMap<>();
  private final Map<String, Awaited> awaited = new HashMap<>();
  private final long first;
  private long changes;
  private long chars;
  private long forgotten;
  private long received;
  private boolean caughtUp;
  private long caughtUpAt;

  /**
   * An empty table.
   *
   * @param first number before that of its first change, greater than 0. It must be greater than
   *     every number that an earlier table of the topic had, so that readers of that one start
   *     afresh
   */
  RowTable(String topic, Kind kind, Limits limits, long first) {
    this.topic = topic;
    this.kind = kind;
    this.limits = limits;
    this.first = first;
    this.changes = first;
  }

  /** The topic whose rows these are. */
  String topic() {
    return topic;
  }

  /** Number of the last change. */
  synchronized long changes() {
    return changes;
  }

  /** How many records came, whether or not they changed anything. */
  synchronized long received() {
    return received;
  }

  /** How many rows there are. */
  synchronized int size() {
    return present.size();
  }

  /**
   * Says that what comes from now on is new. A reader of a log that misses some of what is older is
   * not told so: those are records which the topic had before anybody looked at it.
   */
  synchronized void caughtUp() {
    if (!caughtUp) {
      caughtUp = true;
      caughtUpAt = changes;
    }
  }

  /** Adds a record. */
  synchronized void append(String key, String json) {
    received++;
    set(new Row(key, null, null, received, json, ++changes));
  }

  /**
   * Sets a row, where its version is greater than the one that is known. It is no change where it
   * says the same as before.
   *
   * @param group the view that the row is in
   * @param snapshot the snapshot of that view which the row belongs to
   */
  synchronized void put(String key, String group, String snapshot, long version, String json) {
    received++;
    Row known = rows.get(key);
    if (known != null && version <= known.version) {
      return;
    }
    long change = known != null && json.equals(known.json) ? known.change : ++changes;
    set(new Row(key, group, snapshot, version, json, change));
    Awaited wait = awaited.get(group);
    if (wait != null
        && wait.snapshot.equals(snapshot)
        && (known == null || !known.isOf(group, snapshot))) {
      await(group, new Awaited(snapshot, wait.version, wait.missing - 1));
    }
  }

  /** Takes a row out. What comes later with a version that it had already is not taken for news. */
  synchronized void remove(String key) {
    received++;
    Row known = rows.get(key);
    if (known != null && known.json != null) {
      leave(known);
    }
  }

  /**
   * Says that a view is complete with so many rows of a snapshot. Once they are here, what is left
   * of earlier snapshots leaves. Rows and heartbeats are in several partitions, of which any may
   * overtake another: the rows may come later, and those of later snapshots may be here already.
   *
   * @param version that of the heartbeat; greater than those of the snapshot's rows
   */
  synchronized void heartbeat(String group, String snapshot, long version, long count) {
    received++;
    long here = present.values().stream().filter(row -> row.isOf(group, snapshot)).count();
    await(group, new Awaited(snapshot, version, count - here));
  }

  private void await(String group, Awaited wait) {
    if (wait.missing > 0) {
      awaited.put(group, wait);
      return;
    }
    awaited.remove(group);
    present.values().stream()
        .filter(row -> group.equals(row.group) && !wait.snapshot.equals(row.snapshot))
        .filter(row -> row.version < wait.version)
        .toList()
        .forEach(this::leave);
  }

  /** What changed after what a reader knows, the oldest change first. */
  synchronized Frame since(Cursor cursor) {
    boolean reset =
        cursor.seen < first
            || cursor.seen > changes
            || (cursor.seen < forgotten && cursor.afresh < forgotten);
    long seen = reset ? first : cursor.seen;
    return kind == Kind.LOG ? newest(reset, seen) : oldest(reset, seen, cursor.afresh);
  }

  private Frame oldest(boolean reset, long seen, long afresh) {
    NavigableMap<Long, Row> news = new TreeMap<>(present.tailMap(seen, false));
    if (!reset) {
      news.putAll(left.tailMap(seen, false));
    }
    StringBuilder json = new StringBuilder();
    long last = seen;
    int count = 0;
    boolean more = false;
    for (Row row : news.values()) {
      if (count == FRAME.rows() || json.length() > FRAME.chars()) {
        more = true;
        break;
      }
      last = row.change;
      count++;
      add(json, row);
    }
    Cursor next = new Cursor(more ? last : changes, reset ? changes : afresh);
    return new Frame(frame(json, reset, more, 0), next, more);
  }

  /** Of too many records the newest: who can't follow them is not to lag behind. */
  private Frame newest(boolean reset, long seen) {
    NavigableMap<Long, Row> news = present.tailMap(seen, false);
    int most = reset ? FRAME.rows() : NEW_RECORDS;
    Deque<Row> taken = new ArrayDeque<>();
    long length = 0;
    for (Row row : news.descendingMap().values()) {
      if (taken.size() == most || length > FRAME.chars()) {
        break;
      }
      taken.addFirst(row);
      length += row.chars();
    }
    StringBuilder json = new StringBuilder();
    taken.forEach(row -> add(json, row));
    long skipped = reset || !caughtUp ? 0 : skipped(Math.max(seen, caughtUpAt), taken);
    return new Frame(frame(json, reset, false, skipped), new Cursor(changes, changes), false);
  }

  /** Every record of a log is a change. */
  private long skipped(long after, Deque<Row> taken) {
    return changes - after - taken.stream().filter(row -> row.change > after).count();
  }

  private static void add(StringBuilder json, Row row) {
    json.append(json.isEmpty() ? "" : ",").append('[').append(Json.quoted(row.key));
    json.append(',').append(row.json == null ? "null" : row.json).append(']');
  }

  private String frame(StringBuilder rowsJson, boolean reset, boolean more, long skipped) {
    return "{\"topic\":"
        + Json.quoted(topic)
        + ",\"kind\":\""
        + (kind == Kind.LOG ? "log" : "latest")
        + "\",\"reset\":"
        + reset
        + ",\"more\":"
        + more
        + ",\"skipped\":"
        + skipped
        + ",\"received\":"
        + received
        + ",\"keeps\":"
        + limits.rows
        + ",\"rows\":["
        + rowsJson
        + "]}";
  }

  private void set(Row row) {
    Row before = rows.put(row.key, row);
    if (before != null) {
      present.remove(before.change);
      left.remove(before.change);
      chars -= before.chars();
    }
    present.put(row.change, row);
    chars += row.chars();
    while (present.size() > 1 && (present.size() > limits.rows || chars > limits.chars)) {
      evict(present.firstEntry().getValue());
    }
  }

  /** Readers keep as many records as the table of a log, so they need not be told of one. */
  private void evict(Row oldest) {
    if (kind == Kind.LATEST) {
      leave(oldest);
    } else {
      rows.remove(oldest.key);
      present.remove(oldest.change);
      chars -= oldest.chars();
    }
  }

  private void leave(Row row) {
    present.remove(row.change);
    chars -= row.chars();
    Row gone = new Row(row.key, row.group, row.snapshot, row.version, null, ++changes);
    rows.put(gone.key, gone);
    left.put(gone.change, gone);
    if (left.size() > limits.rows) {
      Row oldest = left.pollFirstEntry().getValue();
      forgotten = oldest.change;
      rows.remove(oldest.key);
    }
  }
}
