package io.millrace.connector.opensearch;

import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** How to reach a cluster. It has the password, and shows it nowhere. */
final class OpenSearchAccess implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

  @SuppressWarnings("serial") // A copied list can be serialized.
  private final List<URI> nodes;

  private final @Nullable String user;
  private final @Nullable String password;
  private final @Nullable TrustStore trustStore;
  private final Duration answerLimit;

  /**
   * Whom to trust.
   *
   * @param file has the certificates
   * @param password opens it; null where it needs none
   */
  record TrustStore(String file, @Nullable String password) implements Serializable {
    /** Shows no password. */
    @Override
    public String toString() {
      return "those in " + file;
    }
  }

  /**
   * An access.
   *
   * @param nodes all with one scheme; a host, a port and no path each
   */
  OpenSearchAccess(
      List<URI> nodes,
      @Nullable String user,
      @Nullable String password,
      @Nullable TrustStore trustStore,
      Duration answerLimit) {
    this.nodes = List.copyOf(nodes);
    this.user = user;
    this.password = password;
    this.trustStore = trustStore;
    this.answerLimit = answerLimit;
  }

  List<URI> nodes() {
    return nodes;
  }

  /** The nodes for people. */
  String addresses() {
    return nodes.stream().map(URI::getAuthority).collect(Collectors.joining(","));
  }

  /** After how long without an answer a node counts as away. */
  Duration answerLimit() {
    return answerLimit;
  }

  /** What requests say of who sends them; null where nobody asks. */
  @Nullable String authorization() {
    if (user == null || password == null) {
      return null;
    }
    byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(both);
  }

  /**
   * A client. With TLS it takes a node only if its certificate is trusted and names its host.
   *
   * @throws IOException where the file with the certificates can't be read
   */
  HttpClient client() throws IOException {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_LIMIT.compareTo(answerLimit) < 0 ? CONNECT_LIMIT : answerLimit);
    if (trustStore != null) {
      builder.sslContext(context(trustStore));
    }
    return builder.build();
  }

  private static SSLContext context(TrustStore trustStore) throws IOException {
    char[] password = trustStore.password == null ? null : trustStore.password.toCharArray();
    try {
      TrustManagerFactory trusted =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusted.init(KeyStore.getInstance(new File(trustStore.file), password));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trusted.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(
          "the file of --opensearch-truststore can't be used: " + e.getMessage(), e);
    }
  }
}
