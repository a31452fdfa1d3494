package io.millrace.local.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * The certificate of a server with its key.
 *
 * @param keystore a PKCS#12 file
 * @param password the password of the file and of the key in it
 */
public record ServerCertificate(Path keystore, String password) {
  /**
   * What a server needs to speak TLS.
   *
   * @throws IOException where the file can't be read, or the password is another one
   */
  public SSLContext context() throws IOException {
    char[] secret = password.toCharArray();
    try (InputStream in = Files.newInputStream(keystore)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, secret);
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, secret);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), null, null);
      return context;
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + keystore + " with a certificate", e);
    } catch (IOException | GeneralSecurityException e) {
      throw new IOException(
          keystore
              + " can't be used: "
              + e.getMessage()
              + "; it must be a PKCS#12 file, and its password that of the key too",
          e);
    }
  }

  /** Keeps the password out of logs. */
  @Override
  public String toString() {
    return "ServerCertificate[" + keystore + "]";
  }
}
