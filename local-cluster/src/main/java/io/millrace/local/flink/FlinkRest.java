package io.millrace.local.flink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * The REST interface of a Flink cluster. Where the cluster has several addresses, a request goes to
 * the next one when one does not answer.
 */
public final class FlinkRest {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);
  private static final Duration START_POLL = Duration.ofMillis(50);

  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(ANSWER_LIMIT)
          .version(HttpClient.Version.HTTP_1_1)
          .build();
  private final ObjectMapper mapper = new ObjectMapper();
  private final List<URI> addresses;
  private final AtomicInteger current = new AtomicInteger();

  /** The interface at these addresses, of which there must be one. */
  public FlinkRest(List<URI> addresses) {
    this.addresses = List.copyOf(addresses);
  }

  /** The address that is used now, without a path. */
  URI address() {
    return addresses.get(current.get());
  }

  /**
   * What the cluster answers to a GET.
   *
   * @throws IOException where no address answers, or the cluster refuses
   */
  public JsonNode get(String path) throws IOException, InterruptedException {
    return send(path, "GET", BodyPublishers.noBody(), HttpURLConnection.HTTP_OK);
  }

  /** What the cluster answers to a POST that starts something. */
  JsonNode post(String path, Map<String, ?> body) throws IOException, InterruptedException {
    return send(
        path,
        "POST",
        BodyPublishers.ofString(mapper.writeValueAsString(body)),
        HttpURLConnection.HTTP_ACCEPTED);
  }

  /** Asks for a change; that it is not needed any more is no failure. */
  void patch(String path) throws IOException, InterruptedException {
    send(
        path,
        "PATCH",
        BodyPublishers.noBody(),
        HttpURLConnection.HTTP_ACCEPTED,
        HttpURLConnection.HTTP_CONFLICT);
  }

  /**
   * Waits until the cluster has so many free slots. REST answers before there is a leader behind
   * it, and that one before it has slots.
   *
   * @throws IOException where it has not within {@code limit}; the message says what it has
   */
  public void awaitSlots(int slots, Duration limit) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      String last;
      try {
        JsonNode overview = get("/overview");
        if (overview.path("slots-available").asInt() >= slots) {
          return;
        }
        last = overview.toString();
      } catch (IOException notYet) {
        last = FailureCause.oneLine(notYet);
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("no slots in " + limit.toSeconds() + " s: " + last);
      }
      Thread.sleep(START_POLL.toMillis());
    }
  }

  private JsonNode send(String path, String method, BodyPublisher body, int... accepted)
      throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      int used = current.get();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(addresses.get(used) + path))
              .timeout(ANSWER_LIMIT)
              .header("Content-Type", "application/json")
              .method(method, body)
              .build();
      try {
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        if (IntStream.of(accepted).noneMatch(status -> status == response.statusCode())) {
          throw refused(request, response);
        }
        return mapper.readTree(response.body());
      } catch (ConnectException e) {
        if (attempt >= addresses.size()) {
          throw e;
        }
        current.compareAndSet(used, (used + 1) % addresses.size());
      }
    }
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
