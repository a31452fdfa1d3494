package io.millrace.connector.opensearch;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.connector.opensearch.OpenSearchClient.Answer;
import io.millrace.connector.store.Refusal;
import io.millrace.connector.store.StoreConnection;
import io.millrace.connector.store.StoreUnavailableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A connection that writes documents by bulk requests, and outlives the nodes' restarts. */
final class OpenSearchConnection implements StoreConnection<OpenSearchDocument> {
  /*
   * Errors of a document are its own fault, but for these: the cluster has no room, its queues are
   * full, the index is closed or blocked, the user may not. To hold the job back for them loses
   * nothing, to refuse all of its documents would.
   */
  private static final Set<Integer> PASSING =
      Set.of(
          HttpURLConnection.HTTP_UNAUTHORIZED,
          HttpURLConnection.HTTP_FORBIDDEN,
          HttpURLConnection.HTTP_NOT_FOUND,
          HttpURLConnection.HTTP_CLIENT_TIMEOUT,
          429);

  private static final Set<String> PASSING_TYPES =
      Set.of("validation_exception", "index_closed_exception", "cluster_block_exception");

  private static final int SERVER_ERROR = 500;
  private static final int CLIENT_ERROR = 400;
  private static final int FIRST_ERROR = 300;

  /** Some clusters take no more than 10 MiB. */
  private static final int REQUEST_BYTES = 4 << 20;

  /** Whether there was an error is the shortest answer, and the one that costs a node least. */
  private static final String BULK = "/_bulk?filter_path=errors";

  private static final String BULK_WITH_ITEMS =
      BULK
          + ",items.*.status,items.*.error.type,items.*.error.reason,"
          + "items.*.error.caused_by.reason";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final OpenSearchIndex index;
  private final boolean createsTemplate;
  private final OpenSearchClient client;
  private boolean ready;

  /** Whether the last request had an error, so that the next one may have more of them. */
  private boolean asksForItems;

  /**
   * A connection that is opened when it is first used.
   *
   * @param createsTemplate whether the template of the index is created where it is missing
   */
  OpenSearchConnection(OpenSearchAccess access, OpenSearchIndex index, boolean createsTemplate) {
    this.index = index;
    this.createsTemplate = createsTemplate;
    this.client = new OpenSearchClient(access);
  }

  /** What the nodes said in one round. */
  private static final class Answers {
    private final List<Refusal<OpenSearchDocument>> refusals = new ArrayList<>();

    /** Those that may be taken later. */
    private final List<OpenSearchDocument> failed = new ArrayList<>();

    private int settled;
    private String failure = "";

    void refuse(OpenSearchDocument document, String why) {
      settled++;
      refusals.add(new Refusal<>(document, OpenSearchClient.cut(why)));
    }
  }

  @Override
  public List<Refusal<OpenSearchDocument>> write(List<OpenSearchDocument> writes)
      throws StoreUnavailableException, InterruptedException {
    try {
      if (!ready) {
        OpenSearchTemplate.require(client, index, createsTemplate);
        ready = true;
      }
      return writeAll(writes);
    } catch (StoreUnavailableException e) {
      // Whatever comes back may have lost its template.
      ready = false;
      throw e;
    }
  }

  /** Nothing is open between requests but what the client keeps alive, and closes by itself. */
  @Override
  public void close() {
    ready = false;
  }

  /** Sends again what failed for now, for as long as some of it gets through. */
  private List<Refusal<OpenSearchDocument>> writeAll(List<OpenSearchDocument> writes)
      throws StoreUnavailableException, InterruptedException {
    List<Refusal<OpenSearchDocument>> refusals = new ArrayList<>();
    List<OpenSearchDocument> left = new ArrayList<>(writes.size());
    for (OpenSearchDocument document : writes) {
      if (document.json().length == 0) {
        refusals.add(new Refusal<>(document, "it has no form in JSON"));
      } else {
        left.add(document);
      }
    }
    while (!left.isEmpty()) {
      Answers answers = new Answers();
      sendInParts(left, answers);
      if (answers.settled == 0) {
        throw new StoreUnavailableException(answers.failure);
      }
      refusals.addAll(answers.refusals);
      left = answers.failed;
    }
    return refusals;
  }

  private void sendInParts(List<OpenSearchDocument> documents, Answers answers)
      throws StoreUnavailableException, InterruptedException {
    int from = 0;
    long bytes = 0;
    for (int next = 0; next < documents.size(); next++) {
      bytes += documents.get(next).bytes();
      if (bytes >= REQUEST_BYTES) {
        send(documents.subList(from, next + 1), answers);
        from = next + 1;
        bytes = 0;
      }
    }
    if (from < documents.size()) {
      send(documents.subList(from, documents.size()), answers);
    }
  }

  /** Sends one request. One that is refused as a whole is halved until a document is alone. */
  private void send(List<OpenSearchDocument> documents, Answers answers)
      throws StoreUnavailableException, InterruptedException {
    // In one piece: of many, the client would make as many chunks.
    int bytes = documents.stream().mapToInt(OpenSearchDocument::bytes).sum();
    ByteArrayOutputStream body = new ByteArrayOutputStream(bytes);
    for (OpenSearchDocument document : documents) {
      body.writeBytes(action(document));
      body.writeBytes(document.json());
      body.write('\n');
    }
    Answer answer = post(body.toByteArray());
    if (!answer.isError()) {
      settle(documents, answer, answers);
    } else if (answer.status() < CLIENT_ERROR || mayPass(answer.status(), "")) {
      throw new StoreUnavailableException(answer.message());
    } else if (documents.size() == 1) {
      answers.refuse(documents.get(0), answer.message());
    } else {
      int middle = documents.size() / 2;
      send(documents.subList(0, middle), answers);
      send(documents.subList(middle, documents.size()), answers);
    }
  }

  /** Sends a request; where it has errors, once more to learn whose, which changes no document. */
  private Answer post(byte[] lines) throws StoreUnavailableException, InterruptedException {
    if (!asksForItems) {
      Answer answer = client.postLines(BULK, lines);
      if (answer.isError() || !hasErrors(answer)) {
        return answer;
      }
    }
    Answer answer = client.postLines(BULK_WITH_ITEMS, lines);
    asksForItems = !answer.isError() && hasErrors(answer);
    return answer;
  }

  private static boolean hasErrors(Answer answer) throws StoreUnavailableException {
    return hasErrors(json(answer));
  }

  private static boolean hasErrors(JsonNode said) {
    return said.path("errors").asBoolean(true);
  }

  private static JsonNode json(Answer answer) throws StoreUnavailableException {
    try {
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new StoreUnavailableException("it answers what is no JSON", e);
    }
  }

  private static byte[] action(OpenSearchDocument document) {
    JsonStringEncoder json = JsonStringEncoder.getInstance();
    StringBuilder action = new StringBuilder("{\"index\":{\"_index\":\"");
    json.quoteAsString(document.index(), action);
    action.append("\",\"_id\":\"");
    json.quoteAsString(document.id(), action);
    action.append("\",\"version\":").append(document.version());
    return action.append(",\"version_type\":\"external_gte\"}}\n").toString().getBytes(UTF_8);
  }

  private static void settle(List<OpenSearchDocument> documents, Answer answer, Answers answers)
      throws StoreUnavailableException {
    JsonNode said = json(answer);
    if (!hasErrors(said)) {
      answers.settled += documents.size();
      return;
    }
    JsonNode items = said.path("items");
    if (items.size() != documents.size()) {
      throw new StoreUnavailableException(
          String.format("it answers for %d of %d documents", items.size(), documents.size()));
    }
    for (int i = 0; i < documents.size(); i++) {
      JsonNode item = items.get(i).path("index");
      int status = item.path("status").asInt(SERVER_ERROR);
      JsonNode error = item.path("error");
      // A conflict means that a newer one is there.
      if (status < FIRST_ERROR || status == HttpURLConnection.HTTP_CONFLICT) {
        answers.settled++;
      } else if (mayPass(status, error.path("type").asText())) {
        answers.failed.add(documents.get(i));
        answers.failure = message(status, error);
      } else {
        answers.refuse(documents.get(i), message(status, error));
      }
    }
  }

  private static boolean mayPass(int status, String type) {
    return status >= SERVER_ERROR || PASSING.contains(status) || PASSING_TYPES.contains(type);
  }

  private static String message(int status, JsonNode error) {
    String cause = error.path("caused_by").path("reason").asText();
    return OpenSearchClient.cut(
        String.format(
            "HTTP %d %s: %s%s",
            status,
            error.path("type").asText(),
            error.path("reason").asText(),
            cause.isEmpty() ? "" : ": " + cause));
  }
}
