package io.millrace.local.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What log ingestion has written to an OpenSearch, which is only read. */
public final class LogIndex {
  private final OpenSearchNode node;
  private final String search;

  /** Finds what is known once stores have started. */
  @FunctionalInterface
  public interface Lookup {
    /** The index; null where there is none. */
    @Nullable LogIndex find() throws IOException, InterruptedException;
  }

  private LogIndex(OpenSearchNode node, String topicPrefix) {
    this.node = node;
    this.search =
        "/" + topicPrefix + "logs-*/_search?ignore_unavailable=true&allow_no_indices=true";
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
    return new LogIndex(
        OpenSearchNode.at(address, credentials), OpenSearchNode.requirePrefix(topicPrefix));
  }

  /**
   * The records that a query asks for, each as one line of JSON, the newest first.
   *
   * @throws IOException where OpenSearch does not answer or refuses; the message says what it said
   */
  public List<String> search(LogQuery query) throws IOException, InterruptedException {
    List<String> records = new ArrayList<>();
    for (JsonNode hit : node.ask("POST", search, query.search()).at("/hits/hits")) {
      // OpenSearch could leave it out itself, but then has the others in any order.
      if (hit.path("_source") instanceof ObjectNode record) {
        record.remove("fieldValues");
        records.add(record.toString());
      }
    }
    return records;
  }
}
