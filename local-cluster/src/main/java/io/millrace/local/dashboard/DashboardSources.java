package io.millrace.local.dashboard;

import io.millrace.local.query.LogIndex;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * What a dashboard shows.
 *
 * @param bootstrap Kafka's brokers as {@code host:port}, several with commas
 * @param properties more properties of Kafka's clients, such as {@code security.protocol}
 * @param topicPrefix what a deployment puts before the names of topics
 * @param flink addresses of Flink's REST interface; empty for none
 * @param readOnly whether nothing may be changed: no dead letters are replayed
 * @param logs finds where logs can be searched
 */
public record DashboardSources(
    String bootstrap,
    Map<String, String> properties,
    String topicPrefix,
    List<URI> flink,
    boolean readOnly,
    LogIndex.Lookup logs) {}
