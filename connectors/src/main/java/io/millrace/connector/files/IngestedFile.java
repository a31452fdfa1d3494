package io.millrace.connector.files;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A file by what makes it another than all others: its name, its size and its contents.
 *
 * @param fileId a digest of those three, in hexadecimal
 * @param name its name in its directory
 * @param size its size in bytes
 * @param sha256 SHA-256 of its bytes, in hexadecimal; empty where they may not be read
 * @param modifiedAt when it was last changed, in milliseconds since the epoch
 * @param foundAt when it was found complete, in milliseconds since the epoch, by the clock
 */
public record IngestedFile(
    String fileId, String name, long size, String sha256, long modifiedAt, long foundAt) {
  private static final int ID_BYTES = 16;

  /** A file with those bytes. */
  static IngestedFile of(FileStat file, byte[] sha256, long foundAt) {
    String digest = HexFormat.of().formatHex(sha256);
    MessageDigest id = digest();
    id.update((file.size() + " " + digest + " " + file.name()).getBytes(StandardCharsets.UTF_8));
    return new IngestedFile(
        HexFormat.of().formatHex(id.digest(), 0, ID_BYTES),
        file.name(),
        file.size(),
        digest,
        file.modifiedAt(),
        foundAt);
  }

  /** A file whose bytes may not be read. Once they may, it is another one. */
  static IngestedFile unreadable(FileStat file, long foundAt) {
    return of(file, new byte[0], foundAt);
  }

  boolean isReadable() {
    return !sha256.isEmpty();
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  FileStat stat() {
    return new FileStat(name, size, modifiedAt);
  }
}
