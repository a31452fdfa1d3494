package io.millrace.connector.opensearch;

import io.millrace.connector.store.StoreUnavailableException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Sends requests to a cluster; when a node does not answer, the next request goes to the next. */
final class OpenSearchClient {
  private static final int MESSAGE_LIMIT = 500;
  private static final int FIRST_ERROR = 300;

  private final OpenSearchAccess access;
  private @Nullable HttpClient http;
  private int current;

  OpenSearchClient(OpenSearchAccess access) {
    this.access = access;
  }

  /** What a node said. */
  @SuppressWarnings("ArrayRecordComponent") // It is compared with nothing.
  record Answer(int status, byte[] body) {
    boolean isError() {
      return status >= FIRST_ERROR;
    }

    /** What it said, for people. */
    String message() {
      return "HTTP " + status + " " + cut(new String(body, StandardCharsets.UTF_8).strip());
    }
  }

  /** Sends a request without a body. */
  Answer get(String path) throws StoreUnavailableException, InterruptedException {
    return send("GET", path, null, BodyPublishers.noBody());
  }

  /** Sends a JSON object to be kept. */
  Answer put(String path, byte[] json) throws StoreUnavailableException, InterruptedException {
    return send("PUT", path, "application/json", BodyPublishers.ofByteArray(json));
  }

  /** Sends lines of JSON. */
  Answer postLines(String path, byte[] lines)
      throws StoreUnavailableException, InterruptedException {
    return send("POST", path, "application/x-ndjson", BodyPublishers.ofByteArray(lines));
  }

  private Answer send(String method, String path, @Nullable String contentType, BodyPublisher body)
      throws StoreUnavailableException, InterruptedException {
    URI node = access.nodes().get(current);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(node + path))
            .timeout(access.answerLimit())
            .method(method, body);
    String authorization = access.authorization();
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    if (contentType != null) {
      request.header("Content-Type", contentType);
    }
    try {
      HttpClient client = http;
      if (client == null) {
        client = access.client();
        http = client;
      }
      HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), response.body());
    } catch (IOException e) {
      current = (current + 1) % access.nodes().size();
      String message = e.getMessage();
      throw new StoreUnavailableException(
          cut(
              node.getAuthority()
                  + ": "
                  + e.getClass().getSimpleName()
                  + (message == null ? "" : ": " + message)),
          e);
    }
  }

  /** A message, not longer than one wants to read. */
  static String cut(String message) {
    return message.length() <= MESSAGE_LIMIT ? message : message.substring(0, MESSAGE_LIMIT);
  }
}
