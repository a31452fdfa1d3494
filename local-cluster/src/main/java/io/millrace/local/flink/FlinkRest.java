package io.millrace.local.flink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The REST interface of a Flink cluster. */
final class FlinkRest {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);

  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(ANSWER_LIMIT)
          .version(HttpClient.Version.HTTP_1_1)
          .build();
  private final ObjectMapper mapper = new ObjectMapper();
  private final URI address;

  FlinkRest(URI address) {
    this.address = address;
  }

  URI address() {
    return address;
  }

  /** What the cluster answers to a GET. */
  JsonNode get(String path) throws IOException, InterruptedException {
    HttpRequest request = request(path).GET().build();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    if (response.statusCode() != HttpURLConnection.HTTP_OK) {
      throw refused(request, response);
    }
    return mapper.readTree(response.body());
  }

  /** Asks for a change; that it is not needed any more is no failure. */
  void patch(String path) throws IOException, InterruptedException {
    HttpRequest request = request(path).method("PATCH", BodyPublishers.noBody()).build();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    int status = response.statusCode();
    if (status != HttpURLConnection.HTTP_ACCEPTED && status != HttpURLConnection.HTTP_CONFLICT) {
      throw refused(request, response);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address + path)).timeout(ANSWER_LIMIT);
  }

  private static IOException refused(HttpRequest request, HttpResponse<String> response) {
    return new IOException(
        request.method()
            + " "
            + request.uri()
            + " answered "
            + response.statusCode()
            + ": "
            + FailureCause.oneLine(response.body()));
  }
}
