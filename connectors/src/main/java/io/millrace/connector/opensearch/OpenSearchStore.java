package io.millrace.connector.opensearch;

import io.millrace.connector.store.Store;
import io.millrace.connector.store.StoreConnection;
import io.millrace.connector.store.StoreOptions;
import org.apache.flink.configuration.Configuration;

/**
 * OpenSearch: documents that are written whole, each with the version that its data says; so a
 * replay after a failure changes nothing, and an older one does not replace a newer one.
 */
public final class OpenSearchStore implements Store<OpenSearchDocument> {
  private static final long serialVersionUID = 1L;

  private final OpenSearchAccess access;
  private final OpenSearchIndex index;
  private final boolean createsTemplate;

  private OpenSearchStore(OpenSearchAccess access, OpenSearchIndex index, boolean createsTemplate) {
    this.access = access;
    this.index = index;
    this.createsTemplate = createsTemplate;
  }

  /**
   * The cluster that the options name.
   *
   * @param index what is written
   * @throws IllegalArgumentException where an option is missing or malformed; the message says what
   *     to give
   */
  public static OpenSearchStore of(Configuration config, OpenSearchIndex index) {
    return new OpenSearchStore(
        OpenSearchOptions.access(config), index, config.get(StoreOptions.CREATE_TABLES));
  }

  @Override
  public String name() {
    return "OpenSearch at " + access.addresses();
  }

  @Override
  public String target() {
    return "opensearch:" + index.name();
  }

  @Override
  public String advice() {
    return "--opensearch, --opensearch-user with its password, --opensearch-truststore, and what"
        + " that user may do";
  }

  @Override
  public StoreConnection<OpenSearchDocument> connect() {
    return new OpenSearchConnection(access, index, createsTemplate);
  }
}
