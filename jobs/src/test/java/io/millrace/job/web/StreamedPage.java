package io.millrace.job.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A page of a dashboard without a browser: keeps what the server tells of a topic and of jobs. */
final class StreamedPage {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, JsonNode> rows = new ConcurrentHashMap<>();
  private volatile JsonNode status = JsonNodeFactory.instance.objectNode();
  private final AtomicInteger snapshots = new AtomicInteger();
  private volatile int snapshotRows;

  private StreamedPage() {}

  /** Looks at a live topic until the server ends. */
  static StreamedPage open(URI dashboard, String topic) {
    StreamedPage page = new StreamedPage();
    URI stream = dashboard.resolve("/api/stream?topics=" + topic);
    Thread thread = new Thread(() -> page.read(stream), "page");
    thread.setDaemon(true);
    thread.start();
    return page;
  }

  private void read(URI stream) {
    try (Stream<String> lines =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(stream).build(), BodyHandlers.ofLines())
            .body()) {
      lines.filter(line -> line.startsWith("data:")).forEach(line -> apply(line.substring(5)));
    } catch (IOException | UncheckedIOException e) {
      // The server has ended, and with it the stream.
      status = JsonNodeFactory.instance.objectNode();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void apply(String json) {
    JsonNode message;
    try {
      message = JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    JsonNode table = message.path("tables").path(0);
    if (table.path("reset").asBoolean()) {
      rows.clear();
      snapshotRows = table.path("rows").size();
      snapshots.incrementAndGet();
    }
    for (JsonNode row : table.path("rows")) {
      if (row.path(1).isNull()) {
        rows.remove(row.path(0).asText());
      } else {
        rows.put(row.path(0).asText(), row.path(1).path("data"));
      }
    }
    if (message.path("status").isObject()) {
      status = message.path("status");
    }
  }

  /** How many rows the topic has now. */
  int rows() {
    return rows.size();
  }

  /** How often the server told all rows anew. */
  int snapshots() {
    return snapshots.get();
  }

  /** How many rows it told then. */
  int snapshotRows() {
    return snapshotRows;
  }

  /** The end of the latest window that a row is of, in ms since 1970; 0 where there is none. */
  long latestWindow() {
    return rows.values().stream().mapToLong(row -> row.path("windowEnd").asLong()).max().orElse(0);
  }

  /** What the server said last of jobs and topics; empty before that, and once it has ended. */
  JsonNode status() {
    return status;
  }
}
