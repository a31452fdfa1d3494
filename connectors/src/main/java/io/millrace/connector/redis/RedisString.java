package io.millrace.connector.redis;

/**
 * A string. Its version is the string {@code <key>:version}, which goes when it goes.
 *
 * @param key its key
 * @param version from -2^53 to 2^53; the greatest stays
 * @param value the string
 * @param expireMillis after how long both go, from when it is written; 0 for never
 */
public record RedisString(String key, long version, String value, long expireMillis)
    implements RedisWrite {
  private static final int OVERHEAD_BYTES = 100;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException where the version is out of range, or the time is negative
   */
  public RedisString {
    RedisWrite.checkVersion(version);
    if (expireMillis < 0) {
      throw new IllegalArgumentException(
          "a string can't expire after a negative time: " + expireMillis);
    }
  }

  @Override
  public String keyText() {
    return key;
  }

  @Override
  public int bytes() {
    return OVERHEAD_BYTES + 2 * (key.length() + value.length());
  }

  @Override
  public RedisCall call() {
    return new RedisCall(RedisScript.SET_STRING, key, key + ":version")
        .with(version)
        .with(value)
        .with(expireMillis);
  }
}
