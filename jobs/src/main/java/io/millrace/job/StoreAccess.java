package io.millrace.job;

import io.millrace.connector.cassandra.CassandraOptions;
import io.millrace.connector.opensearch.OpenSearchOptions;
import io.millrace.connector.postgres.PostgresOptions;
import io.millrace.connector.redis.RedisOptions;
import io.millrace.connector.store.StoreOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Which stores a job writes. */
public final class StoreAccess {
  /** Redis, by the name that options and the catalogue use. */
  public static final String REDIS = "redis";

  /** PostgreSQL, likewise. */
  public static final String POSTGRES = "postgres";

  /** Cassandra, likewise. */
  public static final String CASSANDRA = "cassandra";

  /** OpenSearch, likewise. */
  public static final String OPENSEARCH = "opensearch";

  /** Which of the job's stores are written. */
  public static final ConfigOption<String> STORES =
      ConfigOptions.key("stores")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Comma list of the stores to write, or none. Default: every store of the job.");

  private StoreAccess() {}

  /** The options of a job with these stores. */
  static List<ConfigOption<?>> options(List<String> stores) {
    List<ConfigOption<?>> options = new ArrayList<>(List.of(STORES));
    if (stores.contains(REDIS)) {
      options.add(RedisOptions.REDIS);
    }
    if (stores.contains(POSTGRES)) {
      options.add(PostgresOptions.POSTGRES);
    }
    if (stores.contains(CASSANDRA)) {
      options.addAll(CassandraOptions.ALL);
    }
    if (stores.contains(OPENSEARCH)) {
      options.addAll(OpenSearchOptions.ALL);
    }
    if (stores.contains(POSTGRES) || stores.contains(CASSANDRA) || stores.contains(OPENSEARCH)) {
      options.add(StoreOptions.CREATE_TABLES);
    }
    return options;
  }

  /**
   * Whether the job is to write {@code store}.
   *
   * @throws IllegalArgumentException where the options name a store that the job does not have
   */
  public static boolean writes(JobConfig config, String store) {
    List<String> own = config.job().stores();
    String given = config.get(STORES, String.join(",", own));
    List<String> named =
        given.equals("none")
            ? List.of()
            : Arrays.stream(given.split(",", -1)).map(String::strip).toList();
    for (String name : named) {
      if (!own.contains(name)) {
        throw new IllegalArgumentException(
            String.format("no store \"%s\"; valid for --stores: none, %s", name, own));
      }
    }
    return named.contains(store);
  }
}
