package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.location.PositionReported;
import java.util.SplittableRandom;

/**
 * Positions of people who walk and drive about a town, up to 2 s out of order; one in five hundred
 * is where nobody can be so soon.
 */
public final class LocationUpdatesFeed implements SeededFeed {
  static final int USERS = 300;
  static final double LATITUDE = 48.137;
  static final double LONGITUDE = 11.575;

  private static final int MAX_DELAY_MILLIS = 2_000;
  private static final int WRONG = 500;

  /** Whoever is further away than this turns back. */
  private static final double REACH_DEGREES = 0.08;

  private final JsonCodec<PositionReported> codec = Topics.LOCATION_UPDATES.codec();
  private final SplittableRandom random;
  private final double[] latitudes = new double[USERS];
  private final double[] longitudes = new double[USERS];
  private final long[] times = new long[USERS];
  private long made;

  /** Positions that are the same for one seed. */
  public LocationUpdatesFeed(long seed) {
    random = new SplittableRandom(seed);
    for (int user = 0; user < USERS; user++) {
      latitudes[user] = anywhere(LATITUDE);
      longitudes[user] = anywhere(LONGITUDE);
    }
  }

  private double anywhere(double centre) {
    return centre + (random.nextDouble() - 0.5) * REACH_DEGREES;
  }

  /** Where a user is now, north in degrees; at first at home. */
  double latitude(int user) {
    return latitudes[user];
  }

  /** Where a user is now, east in degrees; at first at home. */
  double longitude(int user) {
    return longitudes[user];
  }

  @Override
  public Topic<?> topic() {
    return Topics.LOCATION_UPDATES;
  }

  @Override
  public byte[] next(long now) {
    int user = random.nextInt(USERS);
    long at = Math.max(times[user] + 1, now - random.nextInt(MAX_DELAY_MILLIS));
    double seconds = Math.min(60, times[user] == 0 ? 0 : (at - times[user]) / 1_000.0);
    times[user] = at;
    // People at up to 15 m a second, which is 0.000135 degrees.
    double step = seconds * (user % 3 == 0 ? 0.000_135 : 0.000_014);
    latitudes[user] = moved(latitudes[user], LATITUDE, step);
    longitudes[user] = moved(longitudes[user], LONGITUDE, step);
    boolean wrong = random.nextInt(WRONG) == 0;
    return codec.encode(
        new PositionReported(
            "update-" + made++,
            "user-" + user,
            at,
            latitudes[user] + (wrong ? 2 : 0),
            longitudes[user],
            5.0 + random.nextInt(20),
            null,
            null,
            (double) (100 - made % 80)));
  }

  private double moved(double from, double centre, double step) {
    double way = Math.abs(from - centre) > REACH_DEGREES ? Math.signum(centre - from) : 1;
    double part = way == 1 ? random.nextDouble() * 2 - 1 : random.nextDouble() * way;
    return from + part * step;
  }
}
