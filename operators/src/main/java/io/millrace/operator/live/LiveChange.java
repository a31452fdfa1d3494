package io.millrace.operator.live;

import org.jspecify.annotations.Nullable;

/**
 * What has become of a row of a view.
 *
 * @param view name of the view, or {@link #HEARTBEAT}
 * @param row id of the row; of a heartbeat the name of the view that it is about
 * @param version greater than that of every earlier change of the same view
 * @param snapshotId the full snapshot that the change is part of or follows
 * @param at event time of the view's contents, in milliseconds since the epoch
 * @param data what the row shows now; null where it has left
 */
public record LiveChange(
    String view, String row, long version, String snapshotId, long at, @Nullable String data) {
  /** Name of the view of heartbeats. */
  public static final String HEARTBEAT = "_heartbeat";
}
