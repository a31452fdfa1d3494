package io.millrace.connector.redis;

/**
 * The position of a member of a GEO set. Versions are in the hash {@code <set>:versions}, by
 * member.
 *
 * @param set key of the set
 * @param member its name
 * @param version from -2^53 to 2^53; the greatest stays
 * @param longitude in degrees, from -180 to 180
 * @param latitude in degrees, from -85.05112878 to 85.05112878, beyond which Redis has no positions
 */
public record RedisPosition(
    String set, String member, long version, double longitude, double latitude)
    implements RedisWrite {
  /** Positions nearer to a pole are not taken. */
  public static final double MAX_LATITUDE = 85.05112878;

  private static final int OVERHEAD_BYTES = 150;
  private static final double MAX_LONGITUDE = 180;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException where the version or the position is out of its range
   */
  public RedisPosition {
    RedisWrite.checkVersion(version);
    if (!(Math.abs(longitude) <= MAX_LONGITUDE && Math.abs(latitude) <= MAX_LATITUDE)) {
      throw new IllegalArgumentException("a position that Redis has no place for");
    }
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
    return new RedisCall(RedisScript.SET_POSITION, set, set + ":versions")
        .with(version)
        .with(member)
        .with(longitude)
        .with(latitude);
  }
}
