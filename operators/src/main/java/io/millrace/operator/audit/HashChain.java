package io.millrace.operator.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The hashes of a chain: each is made of the one before and of all that its link says, so whoever
 * knows the last one can tell whether anything before it was changed, moved or left out.
 *
 * <p><b>Source</b>: linked time-stamping (Haber and Stornetta, "How to Time-Stamp a Digital
 * Document", 1991); SHA-256.
 */
public final class HashChain {
  /** What comes before the first link. */
  public static final String START = "0".repeat(64);

  private HashChain() {}

  /**
   * The hash of a link.
   *
   * @param prevHash hash of the one before, in hexadecimal digits
   */
  public static String next(
      String prevHash, int chain, long seq, long at, String kind, String body) {
    String text =
        String.join(
            "\n",
            prevHash,
            String.valueOf(chain),
            String.valueOf(seq),
            String.valueOf(at),
            kind,
            body);
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
