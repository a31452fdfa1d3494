package io.millrace.connector.opensearch;

import io.millrace.connector.store.StoreWrite;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A document. Of one id and index the one with the greatest version stays, and of two with one
 * version the later.
 *
 * @param index where it belongs
 * @param id its name there, at most 512 bytes in UTF-8
 * @param version from 0
 * @param json one object on one line; empty where what it stands for has no form in JSON, and then
 *     it is refused
 */
@SuppressWarnings("ArrayRecordComponent") // It is compared by its key alone.
public record OpenSearchDocument(String index, String id, long version, byte[] json)
    implements StoreWrite {
  private static final int MAX_ID_BYTES = 512;
  private static final int OVERHEAD_BYTES = 200;

  /**
   * Checks the version, and replaces an id that is too long by its SHA-256, in hexadecimal.
   *
   * @throws IllegalArgumentException where OpenSearch has no such version or id
   */
  public OpenSearchDocument {
    if (version < 0 || id.isEmpty()) {
      throw new IllegalArgumentException("a document has an id and a version from 0 on");
    }
    if (id.length() * 3 > MAX_ID_BYTES) {
      byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
      id = bytes.length > MAX_ID_BYTES ? sha256(bytes) : id;
    }
  }

  /** What a document is stored under. */
  private record Key(String index, String id) {}

  @Override
  public Object key() {
    return new Key(index, id);
  }

  @Override
  public String keyText() {
    return index + "/" + id;
  }

  @Override
  public int bytes() {
    return json.length + OVERHEAD_BYTES;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
