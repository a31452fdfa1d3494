package io.millrace.local.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What log ingestion has written to an OpenSearch, which is only read. */
public final class LogIndex {
  private static final Pattern ADDRESS =
      Pattern.compile("(https?://)?(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):\\d{1,5}/?");
  private static final Pattern PREFIX = Pattern.compile("([a-z0-9][a-z0-9._-]*)?");
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
  private static final int MESSAGE_LIMIT = 300;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(ANSWER_LIMIT)
          .build();
  private final URI search;
  private final @Nullable String authorization;

  /** Finds what is known once stores have started. */
  @FunctionalInterface
  public interface Lookup {
    /** The index; null where there is none. */
    @Nullable LogIndex find() throws IOException, InterruptedException;
  }

  private LogIndex(URI search, @Nullable String authorization) {
    this.search = search;
    this.authorization = authorization;
  }

  /**
   * The logs of a deployment.
   *
   * @param address {@code host:port}, with {@code https://} before it for TLS
   * @param topicPrefix what the deployment puts before the names of topics
   * @throws IllegalArgumentException where one of them can't be
   */
  public static LogIndex at(String address, String topicPrefix) {
    return at(address, topicPrefix, null);
  }

  /**
   * The logs of a deployment, for a user.
   *
   * @param credentials {@code user:password}; null where nobody asks
   * @throws IllegalArgumentException where one of them can't be; the message shows no credentials
   */
  public static LogIndex at(String address, String topicPrefix, @Nullable String credentials) {
    if (!ADDRESS.matcher(address).matches()) {
      throw new IllegalArgumentException(
          "the address of OpenSearch must be like host:9200 or https://host:9200");
    }
    if (!PREFIX.matcher(topicPrefix).matches()) {
      throw new IllegalArgumentException(
          "no index of OpenSearch begins with \"" + topicPrefix + "\"");
    }
    String node = (address.contains("://") ? address : "http://" + address).replaceFirst("/$", "");
    return new LogIndex(
        URI.create(
            node
                + "/"
                + topicPrefix
                + "logs-*/_search?ignore_unavailable=true&allow_no_indices=true"),
        credentials == null
            ? null
            : "Basic "
                + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * The records that a query asks for, each as one line of JSON, the newest first.
   *
   * @throws IOException where OpenSearch does not answer or refuses; the message says what it said
   */
  public List<String> search(LogQuery query) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(search)
            .timeout(ANSWER_LIMIT)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(query.search())));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    HttpResponse<byte[]> answer;
    try {
      answer = http.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new IOException("OpenSearch at " + search.getAuthority() + " does not answer", e);
    }
    if (answer.statusCode() != HttpURLConnection.HTTP_OK) {
      String said = new String(answer.body(), StandardCharsets.UTF_8).strip();
      throw new IOException(
          "OpenSearch at "
              + search.getAuthority()
              + " answers "
              + answer.statusCode()
              + " "
              + said.substring(0, Math.min(said.length(), MESSAGE_LIMIT)));
    }
    List<String> records = new ArrayList<>();
    for (JsonNode hit : JSON.readTree(answer.body()).at("/hits/hits")) {
      // OpenSearch could leave it out itself, but then has the others in any order.
      if (hit.path("_source") instanceof ObjectNode record) {
        record.remove("fieldValues");
        records.add(record.toString());
      }
    }
    return records;
  }
}
