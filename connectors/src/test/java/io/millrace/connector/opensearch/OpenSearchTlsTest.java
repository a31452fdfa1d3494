package io.millrace.connector.opensearch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.connector.Certificates;
import io.millrace.connector.store.StoreUnavailableException;
import java.nio.file.Path;
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
    try (HttpsFront server = start(keys)) {
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
    }
  }

  @Test
  void get_certificateOfAnotherHost_isRefused() throws Exception {
    Path keys = directory.resolve("elsewhere.p12");
    Path trust =
        Certificates.make(
            directory, "elsewhere", keys, "-validity 30 -ext SAN=dns:elsewhere.example");
    try (HttpsFront server = start(keys)) {
      assertThatExceptionOfType(StoreUnavailableException.class)
          .isThrownBy(() -> client(server, trust).get("/"))
          .withMessageContaining("SSLHandshakeException");
    }
  }

  /** Answers with the header of who asks. */
  private static HttpsFront start(Path keys) throws Exception {
    return HttpsFront.start(
        keys,
        exchange -> {
          byte[] body =
              String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"))
                  .getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
  }

  private static OpenSearchClient client(HttpsFront server, Path trust) {
    return new OpenSearchClient(
        OpenSearchOptions.access(
            new Configuration()
                .set(OpenSearchOptions.OPENSEARCH, server.address())
                .set(OpenSearchOptions.USER, "app")
                .set(OpenSearchOptions.PASSWORD, SECRET)
                .set(OpenSearchOptions.TRUST_STORE, trust.toString())
                .set(OpenSearchOptions.TRUST_STORE_PASSWORD, Certificates.STORE_PASSWORD)));
  }
}
