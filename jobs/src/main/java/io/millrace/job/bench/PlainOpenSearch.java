package io.millrace.job.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.connector.opensearch.OpenSearchDocument;
import io.millrace.connector.opensearch.OpenSearchIndex;
import io.millrace.connector.opensearch.OpenSearchOptions;
import io.millrace.connector.opensearch.OpenSearchTemplate;
import io.millrace.connector.store.StoreOptions;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.listening.SongPlayed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.util.function.SerializableFunction;
import org.jspecify.annotations.Nullable;

/** OpenSearch by hand: the same bulk requests, of as many documents. */
final class PlainOpenSearch implements PlainStore {
  /** Where the rows are. */
  static final OpenSearchIndex INDEX =
      new OpenSearchIndex("plays", "/io/millrace/job/bench/plays.json");

  private static final String BULK = "/_bulk?filter_path=errors";
  private static final int PAGE = 10_000;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Configuration config;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final JsonCodec<SongPlayed> codec = Topics.LISTENING_PLAYS.codec();
  private final ByteArrayOutputStream batch = new ByteArrayOutputStream();
  private int batched;

  /** A cluster, by the options of the sink. */
  PlainOpenSearch(Configuration config) {
    this.config = config;
  }

  /** The document of a row. */
  static final class Documents implements SerializableFunction<SongPlayed, OpenSearchDocument> {
    private static final long serialVersionUID = 1L;
    private transient @Nullable JsonCodec<SongPlayed> codec;

    @Override
    public OpenSearchDocument apply(SongPlayed row) {
      JsonCodec<SongPlayed> own = codec;
      if (own == null) {
        own = Topics.LISTENING_PLAYS.codec();
        codec = own;
      }
      return new OpenSearchDocument(INDEX.of(row.at()), row.playId(), row.at(), own.encode(row));
    }
  }

  @Override
  public void clear() throws Exception {
    OpenSearchTemplate.prepare(
        new Configuration(config).set(StoreOptions.CREATE_TABLES, true), INDEX);
    JsonNode unused = send("DELETE", "/" + INDEX.pattern(), new byte[0]);
  }

  @Override
  public void write(SongPlayed row) throws Exception {
    String action =
        "{\"index\":{\"_index\":\""
            + INDEX.of(row.at())
            + "\",\"_id\":\""
            + row.playId()
            + "\",\"version\":"
            + row.at()
            + ",\"version_type\":\"external_gte\"}}\n";
    batch.writeBytes(action.getBytes(UTF_8));
    batch.writeBytes(codec.encode(row));
    batch.write('\n');
    batched++;
    if (batched == BATCH_ROWS) {
      flush();
    }
  }

  @Override
  public void flush() throws Exception {
    if (batched == 0) {
      return;
    }
    JsonNode answer = send("POST", BULK, batch.toByteArray());
    if (answer.path("errors").asBoolean(true)) {
      throw new IOException("OpenSearch has not taken all of a batch: " + answer);
    }
    batch.reset();
    batched = 0;
  }

  @Override
  public void read(int numbers, SinkRows found) throws Exception {
    JsonNode unused = send("POST", "/" + INDEX.pattern() + "/_refresh", new byte[0]);
    JsonNode page =
        send(
            "POST",
            "/" + INDEX.pattern() + "/_search?scroll=1m",
            ("{\"size\":" + PAGE + ",\"sort\":[\"_doc\"]}").getBytes(UTF_8));
    while (!page.at("/hits/hits").isEmpty()) {
      for (JsonNode hit : page.at("/hits/hits")) {
        found.found(row(hit.path("_source")));
      }
      page =
          send(
              "POST",
              "/_search/scroll",
              JSON.writeValueAsBytes(
                  JSON.createObjectNode()
                      .put("scroll", "1m")
                      .put("scroll_id", page.path("_scroll_id").asText())));
    }
  }

  private SongPlayed row(JsonNode source) throws IOException {
    try {
      return codec.decode(JSON.writeValueAsBytes(source));
    } catch (RejectedException e) {
      throw new IOException("a document that is no row: " + source, e);
    }
  }

  @Override
  public void close() {
    batch.reset();
  }

  private JsonNode send(String method, String path, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("http://" + config.get(OpenSearchOptions.OPENSEARCH) + path))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofByteArray(body));
    String user = config.get(OpenSearchOptions.USER);
    if (user != null) {
      String both = user + ":" + config.get(OpenSearchOptions.PASSWORD);
      request.header(
          "Authorization", "Basic " + Base64.getEncoder().encodeToString(both.getBytes(UTF_8)));
    }
    HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
    if (answer.statusCode() != HttpURLConnection.HTTP_OK) {
      throw new IOException(path + ": " + new String(answer.body(), UTF_8));
    }
    return JSON.readTree(answer.body());
  }
}
