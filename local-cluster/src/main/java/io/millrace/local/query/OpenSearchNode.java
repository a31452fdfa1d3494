package io.millrace.local.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A node of OpenSearch that is asked by HTTP. */
public final class OpenSearchNode {
  private static final Pattern ADDRESS =
      Pattern.compile("(https?://)?(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):\\d{1,5}/?");
  private static final Pattern PREFIX = Pattern.compile("([a-z0-9][a-z0-9._-]*)?");
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
  private static final int MESSAGE_LIMIT = 300;
  private static final int FIRST_ERROR = 300;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(ANSWER_LIMIT)
          .build();
  private final URI node;
  private final @Nullable String authorization;

  private OpenSearchNode(URI node, @Nullable String authorization) {
    this.node = node;
    this.authorization = authorization;
  }

  /**
   * A node.
   *
   * @param address {@code host:port}, with {@code https://} before it for TLS
   * @param credentials {@code user:password}; null where nobody asks
   * @throws IllegalArgumentException where that can't be; the message shows no credentials
   */
  public static OpenSearchNode at(String address, @Nullable String credentials) {
    if (!ADDRESS.matcher(address).matches()) {
      throw new IllegalArgumentException(
          "the address of OpenSearch must be like host:9200 or https://host:9200");
    }
    return new OpenSearchNode(
        URI.create(
            (address.contains("://") ? address : "http://" + address).replaceFirst("/$", "")),
        credentials == null
            ? null
            : "Basic "
                + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * A prefix of the names of indices.
   *
   * @throws IllegalArgumentException where no index can begin so
   */
  public static String requirePrefix(String topicPrefix) {
    if (!PREFIX.matcher(topicPrefix).matches()) {
      throw new IllegalArgumentException(
          "no index of OpenSearch begins with \"" + topicPrefix + "\"");
    }
    return topicPrefix;
  }

  /**
   * What it answers.
   *
   * @param path of the request, with its query
   * @param body what is sent; null for nothing
   * @throws IOException where it does not answer or refuses; the message says what it said
   */
  public JsonNode ask(String method, String path, @Nullable JsonNode body)
      throws IOException, InterruptedException {
    BodyPublisher sent =
        body == null
            ? BodyPublishers.noBody()
            : BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(node + path))
            .timeout(ANSWER_LIMIT)
            .header("Content-Type", "application/json")
            .method(method, sent);
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    HttpResponse<byte[]> answer;
    try {
      answer = http.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new IOException("OpenSearch at " + node.getAuthority() + " does not answer", e);
    }
    if (answer.statusCode() >= FIRST_ERROR) {
      String said = new String(answer.body(), StandardCharsets.UTF_8).strip();
      throw new IOException(
          "OpenSearch at "
              + node.getAuthority()
              + " answers "
              + answer.statusCode()
              + " "
              + said.substring(0, Math.min(said.length(), MESSAGE_LIMIT)));
    }
    return JSON.readTree(answer.body());
  }
}
