package io.millrace.operator.geo;

import java.util.List;

/**
 * All that a viewer may see now.
 *
 * @param viewerId who
 * @param at the latest time of anything in it, in milliseconds since the epoch
 * @param seen the newest position of each owner
 */
public record ViewerMap(String viewerId, long at, List<ViewerEvent> seen) {}
