package io.millrace.connector.redis;

import java.util.Map;

/**
 * The whole content of a hash. Its version is its field {@value SortedSetSnapshot#VERSION_FIELD}.
 *
 * @param key its key
 * @param version from -2^53 to 2^53; the greatest stays
 * @param fields its fields, to which the version is added
 * @param expireMillis after how long it goes, from when it is written; 0 for never
 */
public record RedisHash(String key, long version, Map<String, String> fields, long expireMillis)
    implements RedisWrite {
  private static final int OVERHEAD_BYTES = 100;

  /**
   * Copies the fields.
   *
   * @throws IllegalArgumentException where the version is out of range, the time is negative,
   *     {@value SortedSetSnapshot#VERSION_FIELD} is among the fields, or there are more than {@link
   *     SortedSetSnapshot#MAX_ENTRIES}
   */
  public RedisHash {
    RedisWrite.checkVersion(version);
    if (expireMillis < 0
        || fields.containsKey(SortedSetSnapshot.VERSION_FIELD)
        || fields.size() > SortedSetSnapshot.MAX_ENTRIES) {
      throw new IllegalArgumentException(
          String.format(
              "a hash can't be written with %d fields, of which none may be '%s', to expire in %d"
                  + " ms",
              fields.size(), SortedSetSnapshot.VERSION_FIELD, expireMillis));
    }
    fields = Map.copyOf(fields);
  }

  @Override
  public String keyText() {
    return key;
  }

  @Override
  public int bytes() {
    int bytes = OVERHEAD_BYTES + 2 * key.length();
    for (Map.Entry<String, String> field : fields.entrySet()) {
      bytes += OVERHEAD_BYTES + 2 * (field.getKey().length() + field.getValue().length());
    }
    return bytes;
  }

  @Override
  public RedisCall call() {
    RedisCall call = new RedisCall(RedisScript.REPLACE_HASH, key).with(version).with(expireMillis);
    fields.forEach((field, value) -> call.with(field).with(value));
    return call;
  }
}
