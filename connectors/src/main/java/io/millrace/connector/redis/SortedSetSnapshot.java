package io.millrace.connector.redis;

import java.util.List;
import java.util.Map;

/**
 * The whole content of a sorted set at one version, and of the hash that describes it.
 *
 * @param key key of the sorted set; whatever it held before is replaced
 * @param attributesKey key of the hash, always the same one for a sorted set, and of no other
 * @param version the snapshot with the highest version stays; from -2^53 to 2^53, where Redis still
 *     tells neighbours apart
 * @param members the members, each once; none empties the set
 * @param attributes fields of the hash, to which {@value #VERSION_FIELD} is added
 */
public record SortedSetSnapshot(
    String key,
    String attributesKey,
    long version,
    List<Member> members,
    Map<String, String> attributes)
    implements RedisWrite {
  /** The field of the hash that holds the version, in decimal. */
  public static final String VERSION_FIELD = "version";

  /** The most members and attributes together: one script writes them while all others wait. */
  public static final int MAX_ENTRIES = 100_000;

  private static final int OVERHEAD_BYTES = 80;

  /**
   * Copies members and attributes.
   *
   * @throws IllegalArgumentException where both keys are one, the version is out of range, {@value
   *     #VERSION_FIELD} is among the attributes, or there are more than {@link #MAX_ENTRIES}
   */
  public SortedSetSnapshot {
    require(!key.equals(attributesKey), "one key for sorted set and hash", key);
    RedisWrite.checkVersion(version);
    require(
        !attributes.containsKey(VERSION_FIELD), "an attribute of the reserved name", VERSION_FIELD);
    long entries = (long) members.size() + attributes.size();
    require(entries <= MAX_ENTRIES, "more than " + MAX_ENTRIES + " entries", entries);
    members = List.copyOf(members);
    attributes = Map.copyOf(attributes);
  }

  /**
   * One member.
   *
   * @param member its name, stored as its UTF-8 bytes; may be empty
   * @param score its score, where whole numbers are exact up to 2^53; infinite is allowed
   */
  public record Member(String member, double score) {
    /**
     * A member.
     *
     * @throws IllegalArgumentException where the score is not a number
     */
    public Member {
      require(!Double.isNaN(score), "a score that is not a number", member);
    }
  }

  @Override
  public String keyText() {
    return key;
  }

  @Override
  public int bytes() {
    int bytes = OVERHEAD_BYTES * (1 + attributes.size() + members.size());
    for (Member member : members) {
      bytes += 2 * member.member().length();
    }
    return bytes;
  }

  @Override
  public RedisCall call() {
    RedisCall call =
        new RedisCall(RedisScript.REPLACE_SORTED_SET, key, attributesKey)
            .with(version)
            .with(attributes.size());
    attributes.forEach((field, value) -> call.with(field).with(value));
    members.forEach(member -> call.with(member.score()).with(member.member()));
    return call;
  }

  private static void require(boolean valid, String problem, Object value) {
    if (!valid) {
      throw new IllegalArgumentException(
          String.format("a sorted set can't be written with %s: %s", problem, value));
    }
  }
}
