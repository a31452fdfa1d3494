package io.millrace.connector.opensearch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.millrace.connector.Certificates;
import io.millrace.connector.store.StoreUnavailableException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whom the client talks to, and what it tells them, before a server that only has a certificate.
 */
class OpenSearchTlsTest {
  private static final String SECRET = "hunter2";

  @TempDir Path directory;

  @Test
  void get_certificateOfThisHost_isTrustedOnlyWithItsAuthority() throws Exception {
    Path keys = directory.resolve("own.p12");
    Path trust = Certificates.make(directory, "own", keys, Certificates.THIS_HOST);
    HttpsServer server = start(keys);
    try {
      OpenSearchClient.Answer answer = client(server, trust).get("/");
      assertThat(new String(answer.body(), UTF_8)).isEqualTo("Basic YXBwOmh1bnRlcjI=");

      Path others = directory.resolve("others.p12");
      Path stranger = Certificates.make(directory, "others", others, Certificates.THIS_HOST);
      assertThatExceptionOfType(StoreUnavailableException.class)
          .isThrownBy(() -> client(server, stranger).get("/"))
          .withMessageContaining("SSLHandshakeException")
          .satisfies(e -> assertThat(e).hasMessageNotContaining(SECRET));
      assertThatExceptionOfType(StoreUnavailableException.class)
          .isThrownBy(() -> client(server, directory.resolve("none.p12")).get("/"))
          .withMessageContaining("--opensearch-truststore");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void get_certificateOfAnotherHost_isRefused() throws Exception {
    Path keys = directory.resolve("elsewhere.p12");
    Path trust =
        Certificates.make(
            directory, "elsewhere", keys, "-validity 30 -ext SAN=dns:elsewhere.example");
    HttpsServer server = start(keys);
    try {
      assertThatExceptionOfType(StoreUnavailableException.class)
          .isThrownBy(() -> client(server, trust).get("/"))
          .withMessageContaining("SSLHandshakeException");
    } finally {
      server.stop(0);
    }
  }

  /** Answers with the header of who asks. */
  private static HttpsServer start(Path keys) throws Exception {
    char[] password = Certificates.STORE_PASSWORD.toCharArray();
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(KeyStore.getInstance(keys.toFile(), password), password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/",
        exchange -> {
          byte[] body =
              String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"))
                  .getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static OpenSearchClient client(HttpsServer server, Path trust) {
    return new OpenSearchClient(
        OpenSearchOptions.access(
            new Configuration()
                .set(
                    OpenSearchOptions.OPENSEARCH,
                    "https://127.0.0.1:" + server.getAddress().getPort())
                .set(OpenSearchOptions.USER, "app")
                .set(OpenSearchOptions.PASSWORD, SECRET)
                .set(OpenSearchOptions.TRUST_STORE, trust.toString())
                .set(OpenSearchOptions.TRUST_STORE_PASSWORD, Certificates.STORE_PASSWORD)));
  }
}
