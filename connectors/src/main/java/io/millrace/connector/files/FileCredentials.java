package io.millrace.connector.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What a server of files lets someone in by, read from a file of {@code key=value} lines whenever a
 * connection is made: no option, graph or checkpoint holds any of it.
 *
 * @param user who comes
 * @param password by what; of the private key where there is one
 * @param privateKey file with the key of an SFTP user
 * @param hostKey fingerprint of the SFTP server's key, such as {@code SHA256:...}
 * @param trustStore PKCS12 file with the authorities of an FTPS server; without it the JVM's count
 * @param trustStorePassword what opens it
 */
record FileCredentials(
    String user,
    String password,
    @Nullable String privateKey,
    @Nullable String hostKey,
    @Nullable String trustStore,
    @Nullable String trustStorePassword) {
  private static final FileCredentials ANONYMOUS =
      new FileCredentials("anonymous", "", null, null, null, null);

  /**
   * Reads a file.
   *
   * @param file null for an anonymous user
   * @throws IOException where it can't be read; the message names the file alone
   */
  static FileCredentials read(@Nullable String file) throws IOException {
    if (file == null) {
      return ANONYMOUS;
    }
    Properties given = new Properties();
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      given.load(in);
    } catch (IllegalArgumentException e) {
      // What it would quote may be a password.
      throw new IOException("--credentials " + file + " has a malformed escape");
    }
    return new FileCredentials(
        given.getProperty("user", "anonymous"),
        given.getProperty("password", ""),
        given.getProperty("private-key"),
        given.getProperty("host-key"),
        given.getProperty("trust-store"),
        given.getProperty("trust-store-password"));
  }

  @Override
  public String toString() {
    return "credentials of " + user;
  }
}
