package io.millrace.connector.opensearch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.connector.opensearch.OpenSearchClient.Answer;
import io.millrace.connector.store.StoreOptions;
import io.millrace.connector.store.StoreUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.util.Map;
import org.apache.flink.configuration.Configuration;

/**
 * The template of indices, which has the name of the index: without it OpenSearch would guess what
 * fields are, and have one more for each new name.
 */
public final class OpenSearchTemplate {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String PROPERTIES = "/template/mappings/properties";

  private OpenSearchTemplate() {}

  /**
   * Creates or replaces the template where the options say so, and makes sure that it is there.
   *
   * @throws IllegalArgumentException where an option is missing or malformed, or the template is
   *     not there and can't be created; the message says what to do
   */
  public static void prepare(Configuration config, OpenSearchIndex index) {
    OpenSearchStore store = OpenSearchStore.of(config, index);
    OpenSearchClient client = new OpenSearchClient(OpenSearchOptions.access(config));
    try {
      if (config.get(StoreOptions.CREATE_TABLES)) {
        create(client, index);
      }
      require(client, index, false);
    } catch (StoreUnavailableException e) {
      throw new IllegalArgumentException(
          String.format("%s: %s; check %s", store.name(), e.getMessage(), store.advice()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking OpenSearch for its templates", e);
    }
  }

  /**
   * Makes sure that the template is there with all of its fields.
   *
   * @param creates whether it is created where it is missing
   * @throws StoreUnavailableException where it is not; the message says what to do
   */
  static void require(OpenSearchClient client, OpenSearchIndex index, boolean creates)
      throws StoreUnavailableException, InterruptedException {
    Answer answer = client.get(path(index));
    if (answer.status() == HttpURLConnection.HTTP_NOT_FOUND) {
      if (!creates) {
        throw new StoreUnavailableException(
            String.format(
                "there is no index template %s; give --create-tables true, or let a user create it"
                    + " from %s for the pattern %s",
                index.name(), index.file(), index.pattern()));
      }
      create(client, index);
    } else if (answer.isError()) {
      throw new StoreUnavailableException(answer.message());
    } else {
      requireFields(answer, index);
    }
  }

  private static void requireFields(Answer answer, OpenSearchIndex index)
      throws StoreUnavailableException {
    JsonNode there;
    try {
      there = JSON.readTree(answer.body()).at("/index_templates/0/index_template" + PROPERTIES);
    } catch (IOException e) {
      throw new StoreUnavailableException("it answers what is no JSON", e);
    }
    JsonNode wanted = template(index).at(PROPERTIES);
    for (Map.Entry<String, JsonNode> field : wanted.properties()) {
      // A field that is an object need not say so.
      String type = field.getValue().path("type").asText();
      if (!there.path(field.getKey()).path("type").asText("object").equals(type)) {
        throw new StoreUnavailableException(
            String.format(
                "the index template %s has no field %s of type %s, as %s has",
                index.name(), field.getKey(), type, index.file()));
      }
    }
  }

  private static void create(OpenSearchClient client, OpenSearchIndex index)
      throws StoreUnavailableException, InterruptedException {
    ObjectNode template = template(index);
    template.putArray("index_patterns").add(index.pattern());
    try {
      Answer answer = client.put(path(index), JSON.writeValueAsBytes(template));
      if (answer.isError()) {
        throw new StoreUnavailableException(
            "the index template " + index.name() + " can't be created: " + answer.message());
      }
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode template(OpenSearchIndex index) {
    try (InputStream in = OpenSearchTemplate.class.getResourceAsStream(index.file())) {
      if (in == null) {
        throw new IllegalStateException(index.file() + " is not in the jar");
      }
      return (ObjectNode) JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String path(OpenSearchIndex index) {
    return "/_index_template/" + index.name();
  }
}
