package io.millrace.schema.lane;

import io.millrace.schema.codec.RawJson;

/**
 * A row of a live view as it is now. Its Kafka key is {@link #key}; a row that has left has a
 * tombstone. A reader drops a row whose version is not greater than the one it has. After the
 * heartbeat of a view it may drop every row of that view with another {@code snapshotId} than the
 * heartbeat's, and has the whole view.
 *
 * @param view which view the row is in; {@code _heartbeat} for the sign of life of a view
 * @param row what it is known by in the view; of a heartbeat the name of the view
 * @param version rises with every change in a view; divided by 1024 the wall clock at which it was
 *     published, in milliseconds since the epoch, or a little more
 * @param snapshotId the full snapshot that the row is part of or was published after
 * @param at event time of the view's contents, in milliseconds since the epoch
 * @param data what the row shows, an object; of a heartbeat how many rows the view has, as {@code
 *     {"rows": n}}
 */
public record LiveRow(
    String view, String row, long version, String snapshotId, long at, @RawJson String data) {

  /**
   * The Kafka key of a row: {@code view|row}. In the view's name {@code %} and {@code |} are
   * written as {@code %25} and {@code %7C}, so that the first {@code |} ends it; the row is as it
   * is.
   */
  public static String key(String view, String row) {
    return view.replace("%", "%25").replace("|", "%7C") + "|" + row;
  }
}
