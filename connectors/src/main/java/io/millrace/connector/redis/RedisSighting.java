package io.millrace.connector.redis;

import org.jspecify.annotations.Nullable;

/**
 * The position of a member of a GEO set until a deadline, or that it has none. A GEO member can't
 * expire by itself: deadlines are in the sorted set {@code <set>:deadlines}, each write removes the
 * members of its set that are past theirs, and the whole set expires with its last member. Versions
 * are in the hash {@code <set>:versions}; they go with the deadlines.
 *
 * @param set key of the set
 * @param member its name
 * @param version from -2^53 to 2^53; the greatest stays
 * @param deadline until before when it is there, in milliseconds since the epoch by the server's
 *     clock; of a member without position until when older writes are refused
 * @param place where it is; null where it is to be removed
 */
public record RedisSighting(
    String set, String member, long version, long deadline, @Nullable Place place)
    implements RedisWrite {
  private static final int OVERHEAD_BYTES = 200;
  private static final double MAX_LONGITUDE = 180;

  /**
   * A position.
   *
   * @param longitude in degrees, from -180 to 180
   * @param latitude in degrees, from -{@link RedisPosition#MAX_LATITUDE} to that
   */
  public record Place(double longitude, double latitude) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException where Redis has no place for it
     */
    public Place {
      if (!(Math.abs(longitude) <= MAX_LONGITUDE
          && Math.abs(latitude) <= RedisPosition.MAX_LATITUDE)) {
        throw new IllegalArgumentException("a position that Redis has no place for");
      }
    }
  }

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException where the version or the deadline is out of its range
   */
  public RedisSighting {
    RedisWrite.checkVersion(version);
    RedisWrite.checkVersion(deadline);
  }

  /** What a position is stored under. */
  private record Key(String set, String member) {}

  @Override
  public Object key() {
    return new Key(set, member);
  }

  @Override
  public String keyText() {
    return set + " " + member;
  }

  @Override
  public int bytes() {
    return OVERHEAD_BYTES + 2 * member.length();
  }

  @Override
  public RedisCall call() {
    RedisCall call =
        new RedisCall(RedisScript.SET_SIGHTING, set, set + ":versions", set + ":deadlines")
            .with(version)
            .with(member)
            .with(deadline);
    return place == null ? call : call.with(place.longitude()).with(place.latitude());
  }
}
