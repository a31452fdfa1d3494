package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.location.FenceOutline;
import io.millrace.schema.location.FenceType;
import io.millrace.schema.location.PlaceDrawn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Places of the people of {@link LocationUpdatesFeed}: at first the home of each, a circle in which
 * a minute is a stay, and the old town, a polygon with a square in it that does not belong to it;
 * then, every ten seconds, somebody forgets the old town or thinks of it again.
 */
public final class LocationPlacesFeed implements SeededFeed {
  private static final int FIRST = 2 * LocationUpdatesFeed.USERS;
  private static final long CHANGE_MILLIS = 10_000;
  private static final double HOME_METERS = 60;
  private static final double HOME_BUFFER_METERS = 15;
  private static final long STAY_MILLIS = 60_000;

  /** Half the width of the old town and of the square, in degrees. */
  private static final double TOWN_DEGREES = 0.012;

  private static final double SQUARE_DEGREES = 0.002;

  private final JsonCodec<PlaceDrawn> codec = Topics.LOCATION_FENCES.codec();
  private final LocationUpdatesFeed people;
  private int made;
  private long changedAt;

  /** Places that are the same for one seed. */
  public LocationPlacesFeed(long seed) {
    people = new LocationUpdatesFeed(seed);
  }

  @Override
  public Topic<?> topic() {
    return Topics.LOCATION_FENCES;
  }

  @Override
  public byte @Nullable [] next(long now) {
    if (made >= FIRST && now < changedAt + CHANGE_MILLIS) {
      return null;
    }
    changedAt = now;
    int number = made++;
    int user = number % LocationUpdatesFeed.USERS;
    int round = number / LocationUpdatesFeed.USERS;
    return codec.encode(round == 0 ? home(user, now) : town(user, now, round % 2 == 0));
  }

  private PlaceDrawn home(int user, long at) {
    return new PlaceDrawn(
        "home",
        at,
        "user-" + user,
        "Home",
        new FenceOutline(
            FenceType.CIRCLE,
            people.latitude(user),
            people.longitude(user),
            HOME_METERS,
            null,
            null),
        HOME_BUFFER_METERS,
        STAY_MILLIS,
        null);
  }

  private static PlaceDrawn town(int user, long at, boolean isForgotten) {
    String rings = String.valueOf(List.of(square(TOWN_DEGREES), square(SQUARE_DEGREES)));
    return new PlaceDrawn(
        "old-town",
        at,
        "user-" + user,
        "Old town",
        new FenceOutline(FenceType.POLYGON, null, null, null, rings, null),
        null,
        null,
        isForgotten ? true : null);
  }

  private static List<List<Double>> square(double half) {
    double north = LocationUpdatesFeed.LATITUDE + half;
    double south = LocationUpdatesFeed.LATITUDE - half;
    double east = LocationUpdatesFeed.LONGITUDE + half;
    double west = LocationUpdatesFeed.LONGITUDE - half;
    return List.of(
        List.of(west, south), List.of(east, south), List.of(east, north), List.of(west, north));
  }
}
