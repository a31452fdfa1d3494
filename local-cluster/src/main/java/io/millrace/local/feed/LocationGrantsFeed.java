package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.location.FenceMode;
import io.millrace.schema.location.FenceOutline;
import io.millrace.schema.location.FenceType;
import io.millrace.schema.location.GrantAction;
import io.millrace.schema.location.GrantChanged;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Who of {@link LocationUpdatesFeed} shares with whom: at first each with three others, for an hour
 * or until it is revoked, some only within a fence or no finer than 500 m; then, every five
 * seconds, one more or one less.
 */
public final class LocationGrantsFeed implements SeededFeed {
  private static final int FIRST = 3 * LocationUpdatesFeed.USERS;
  private static final long CHANGE_MILLIS = 5_000;
  private static final long HOUR_MILLIS = 3_600_000;

  private final JsonCodec<GrantChanged> codec = Topics.LOCATION_GRANTS.codec();
  private final long seed;
  private int made;
  private int revoked;
  private long changedAt;

  /** Grants that are the same for one seed. */
  public LocationGrantsFeed(long seed) {
    this.seed = seed;
  }

  @Override
  public Topic<?> topic() {
    return Topics.LOCATION_GRANTS;
  }

  @Override
  public byte @Nullable [] next(long now) {
    if (made < FIRST) {
      changedAt = now;
      return codec.encode(grant(made++, GrantAction.GRANT, now));
    }
    if (now < changedAt + CHANGE_MILLIS) {
      return null;
    }
    changedAt = now;
    boolean revokes = (made + revoked) % 2 == 0;
    return codec.encode(
        revokes
            ? grant(revoked++, GrantAction.REVOKE, now)
            : grant(made++, GrantAction.GRANT, now));
  }

  private GrantChanged grant(int number, GrantAction action, long at) {
    // All of a grant follows from its number, so that a revoke names the same people.
    SplittableRandom random = new SplittableRandom(seed ^ number * 0x9E3779B97F4A7C15L);
    int owner = number % LocationUpdatesFeed.USERS;
    int viewer = (owner + 1 + random.nextInt(LocationUpdatesFeed.USERS - 1));
    boolean isGrant = action == GrantAction.GRANT;
    return new GrantChanged(
        "grant-" + number,
        at,
        "user-" + owner,
        "user-" + viewer % LocationUpdatesFeed.USERS,
        action,
        isGrant && random.nextInt(2) == 0 ? (Long) (at + HOUR_MILLIS) : null,
        isGrant && random.nextInt(4) == 0 ? fence() : null,
        isGrant && random.nextInt(4) == 0 ? (Double) 500.0 : null);
  }

  private static FenceOutline fence() {
    return new FenceOutline(
        FenceType.CIRCLE,
        LocationUpdatesFeed.LATITUDE,
        LocationUpdatesFeed.LONGITUDE,
        3_000.0,
        null,
        FenceMode.INSIDE);
  }
}
