package io.millrace.operator.reconcile;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Ids of matches and breaks: hashes of what they are, so that a replay gives the same.
 *
 * <p>The second half of a match's id is the key that it is kept under, which is a hash of what its
 * entries have in common: so a decision that names the match finds it.
 */
final class DealIds {
  private static final int HALF_BYTES = Long.BYTES;
  private static final int ID_BYTES = 16;

  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(DealIds::sha256);

  private DealIds() {}

  /** The id of a match of entries that is kept under a key. */
  static String match(List<String> entryIds, long key) {
    List<String> sorted = new ArrayList<>(entryIds);
    sorted.sort(null);
    return hex(sorted, HALF_BYTES) + HexFormat.of().toHexDigits(key);
  }

  /**
   * The key that a match is kept under.
   *
   * @throws IllegalArgumentException where it is no id of a match
   */
  static long keyOf(String matchId) {
    if (matchId.length() != 4 * HALF_BYTES) {
      throw new IllegalArgumentException("not the id of a match: " + matchId);
    }
    return HexFormat.fromHexDigitsToLong(matchId, 2 * HALF_BYTES, 4 * HALF_BYTES);
  }

  /** The id of a break. */
  static String broken(String ruleId, BreakType type, List<String> entryIds, String also) {
    List<String> parts = new ArrayList<>(List.of(ruleId, type.code(), also));
    parts.addAll(entryIds);
    return hex(parts, ID_BYTES);
  }

  /** The id of a suggestion. */
  static String suggestion(String ruleId, List<String> entryIds) {
    List<String> parts = new ArrayList<>(List.of(ruleId, "suggestion"));
    parts.addAll(entryIds);
    return hex(parts, ID_BYTES);
  }

  private static String hex(List<String> parts, int bytes) {
    MessageDigest digest = SHA_256.get();
    for (String part : parts) {
      byte[] text = part.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(text.length).array());
      digest.update(text);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
