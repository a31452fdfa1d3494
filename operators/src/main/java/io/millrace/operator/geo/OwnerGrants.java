package io.millrace.operator.geo;

import io.millrace.operator.order.TimedLists;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;
import org.jspecify.annotations.Nullable;

/**
 * Which grants an owner has given, on which page of viewers each is, and when it ends. Keyed by
 * owner.
 *
 * <p><b>State</b>: a grant until it ends; its viewer as long, or for good where the owner has
 * several pages, so that a viewer's positions stay in order; a revoke until the watermark passes
 * it, so that a grant from before which comes after it does nothing. <b>Timers</b>: one for each
 * time at which a grant expires or a revoke is forgotten.
 */
final class OwnerGrants {
  private final MapState<String, Given> grants;
  private final MapState<String, Viewer> viewers;
  private final TimedLists<String> expiries;
  private final MapState<String, Long> revokes;
  private final TimedLists<String> revokesByTime;
  private final boolean byClock;

  /**
   * A grant.
   *
   * @param viewerId who may see the owner's positions
   * @param page where the viewer is
   * @param at from when on
   * @param expiresAt until before when
   * @param expiry in which piece of those that expire then
   */
  public record Given(String viewerId, int page, long at, long expiresAt, int expiry) {}

  /**
   * A viewer.
   *
   * @param page where the viewer is
   * @param grants how many grants the viewer has
   */
  public record Viewer(int page, int grants) {}

  OwnerGrants(RuntimeContext context, boolean byClock) {
    this.byClock = byClock;
    grants =
        context.getMapState(
            new MapStateDescriptor<>("grants", Types.STRING, TypeInformation.of(Given.class)));
    viewers =
        context.getMapState(
            new MapStateDescriptor<>("viewers", Types.STRING, TypeInformation.of(Viewer.class)));
    expiries = TimedLists.open(context, "expiries", Types.STRING);
    revokes = context.getMapState(new MapStateDescriptor<>("revokes", Types.STRING, Types.LONG));
    revokesByTime = TimedLists.open(context, "revokes-by-time", Types.STRING);
  }

  /** Where a grant is; null where there is none of that id. */
  @Nullable Given find(String grantId) throws Exception {
    return grants.get(grantId);
  }

  /** Whether a revoke that is not before it has come already. */
  boolean isRevoked(Grant grant) throws Exception {
    Long revokedAt = revokes.get(grant.grantId());
    return revokedAt != null && grant.at() <= revokedAt;
  }

  /** Adds a grant, of whose id there is none. */
  OwnerState add(Grant grant, OwnerState owner, TimerService timers) throws Exception {
    Viewer viewer = viewers.get(grant.viewerId());
    int page = viewer == null ? owner.roomyPage() : viewer.page();
    int before = viewer == null ? 0 : viewer.grants();
    viewers.put(grant.viewerId(), new Viewer(page, before + 1));
    int expiry = 0;
    if (grant.expiresAt() != Grant.NEVER) {
      expiry = expiries.add(grant.expiresAt(), grant.grantId());
      timers.registerEventTimeTimer(grant.expiresAt());
      if (byClock) {
        timers.registerProcessingTimeTimer(grant.expiresAt());
      }
    }
    grants.put(
        grant.grantId(), new Given(grant.viewerId(), page, grant.at(), grant.expiresAt(), expiry));
    return before == 0 ? owner.withViewers(page, 1) : owner;
  }

  /** Removes a grant that there is. */
  OwnerState remove(String grantId, Given given, OwnerState owner) throws Exception {
    grants.remove(grantId);
    Viewer viewer = viewers.get(given.viewerId());
    int left = viewer.grants() - 1;
    if (left == 0 && owner.pages().size() == 1) {
      viewers.remove(given.viewerId());
    } else {
      viewers.put(given.viewerId(), new Viewer(given.page(), left));
    }
    if (given.expiresAt() != Grant.NEVER) {
      expiries.remove(given.expiresAt(), given.expiry(), grantId);
    }
    return left == 0 ? owner.withViewers(given.page(), -1) : owner;
  }

  /** Takes the grants that end by themselves at a time. */
  List<String> takeExpiring(long at) throws Exception {
    return expiries.take(at);
  }

  /** The times, up to one, at which grants end by themselves, the first first. */
  List<Long> expiringUntil(long time) throws Exception {
    return expiries.times().stream().filter(each -> each <= time).sorted().toList();
  }

  /** Remembers a revoke, until the watermark passes it. */
  void remember(String grantId, long revokedAt, TimerService timers) throws Exception {
    Long before = revokes.get(grantId);
    if (revokedAt > timers.currentWatermark() && (before == null || before < revokedAt)) {
      revokes.put(grantId, revokedAt);
      revokesByTime.add(revokedAt, grantId);
      timers.registerEventTimeTimer(revokedAt);
    }
  }

  /** Forgets the revokes of a time that the watermark has passed. */
  void forgetRevokes(long time) throws Exception {
    for (String grantId : revokesByTime.take(time)) {
      Long revokedAt = revokes.get(grantId);
      if (revokedAt != null && revokedAt <= time) {
        revokes.remove(grantId);
      }
    }
  }
}
