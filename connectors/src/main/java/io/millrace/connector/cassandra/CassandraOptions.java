package io.millrace.connector.cassandra;

import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.millrace.connector.cassandra.CassandraAccess.Encryption;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/** The options of Cassandra. */
public final class CassandraOptions {
  /** Where some of the nodes are. */
  public static final ConfigOption<String> CASSANDRA =
      ConfigOptions.key("cassandra")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Nodes of the Cassandra cluster, from which the others are found:"
                  + " host:port[,host:port]. Required while the job writes Cassandra.");

  /** Which datacenter is written to. */
  public static final ConfigOption<String> DATACENTER =
      ConfigOptions.key("cassandra-datacenter")
          .stringType()
          .defaultValue("datacenter1")
          .withDescription(
              "The datacenter whose nodes the job talks to; a quorum of its replicas has every row.");

  /** Where the tables are. */
  public static final ConfigOption<String> KEYSPACE =
      ConfigOptions.key("cassandra-keyspace")
          .stringType()
          .defaultValue("millrace")
          .withDescription("The keyspace of the tables: small letters, digits and _, at most 48.");

  /** Who writes. */
  public static final ConfigOption<String> USER =
      ConfigOptions.key("cassandra-user")
          .stringType()
          .noDefaultValue()
          .withDescription("The user that writes; none where the cluster asks for none.");

  /** The password of who writes. */
  public static final ConfigOption<String> PASSWORD =
      ConfigOptions.key("cassandra-password")
          .stringType()
          .noDefaultValue()
          .withDescription("The password of that user. It is in no message.");

  /** Whether connections are encrypted. */
  public static final ConfigOption<Boolean> TLS =
      ConfigOptions.key("cassandra-tls")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Whether connections are encrypted; a node's certificate must be trusted and name its"
                  + " host.");

  /** Whose certificates are trusted. */
  public static final ConfigOption<String> TRUST_STORE =
      ConfigOptions.key("cassandra-truststore")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "File with the certificates to trust, PKCS12 or JKS, at the same place on every"
                  + " TaskManager and where the job is submitted. Default: those that the JVM"
                  + " trusts.");

  /** What opens that file. */
  public static final ConfigOption<String> TRUST_STORE_PASSWORD =
      ConfigOptions.key("cassandra-truststore-password")
          .stringType()
          .noDefaultValue()
          .withDescription("The password of that file.");

  /** How many replicas have a row when it counts as written. */
  public static final ConfigOption<Consistency> CONSISTENCY =
      ConfigOptions.key("cassandra-consistency")
          .enumType(Consistency.class)
          .defaultValue(Consistency.LOCAL_QUORUM)
          .withDescription(
              "How many replicas have a row when it counts as written: local-one, local-quorum,"
                  + " quorum, each-quorum or all.");

  /** All of them. */
  public static final List<ConfigOption<?>> ALL =
      List.of(
          CASSANDRA,
          DATACENTER,
          KEYSPACE,
          USER,
          PASSWORD,
          TLS,
          TRUST_STORE,
          TRUST_STORE_PASSWORD,
          CONSISTENCY);

  /** How many replicas have a row when it counts as written. */
  public enum Consistency {
    /** One of the datacenter. */
    LOCAL_ONE(DefaultConsistencyLevel.LOCAL_ONE),
    /** Most of those of the datacenter. */
    LOCAL_QUORUM(DefaultConsistencyLevel.LOCAL_QUORUM),
    /** Most of those of all datacenters together. */
    QUORUM(DefaultConsistencyLevel.QUORUM),
    /** Most of those of each datacenter. */
    EACH_QUORUM(DefaultConsistencyLevel.EACH_QUORUM),
    /** All. */
    ALL(DefaultConsistencyLevel.ALL);

    private final DefaultConsistencyLevel level;

    Consistency(DefaultConsistencyLevel level) {
      this.level = level;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Its name for the driver. */
    DefaultConsistencyLevel level() {
      return level;
    }
  }

  private static final String GIVE = "give host:port[,host:port], or --stores none";
  private static final Pattern NODE =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):(\\d{1,5})");
  private static final int LAST_PORT = 65_535;

  private CassandraOptions() {}

  /**
   * How to reach the cluster.
   *
   * @throws IllegalArgumentException where an option is missing or malformed; no message shows a
   *     value, since it may hold a password
   */
  static CassandraAccess access(Configuration config) {
    boolean hasUser = config.getOptional(USER).isPresent();
    if (hasUser != config.getOptional(PASSWORD).isPresent()) {
      throw new IllegalArgumentException(
          "--cassandra-user and --cassandra-password belong together; give both or none");
    }
    String datacenter = config.get(DATACENTER);
    if (datacenter.isBlank()) {
      throw new IllegalArgumentException(
          "the value of --cassandra-datacenter is empty; give the name that nodetool status shows");
    }
    return new CassandraAccess(
        nodes(config),
        datacenter,
        config.get(USER),
        config.get(PASSWORD),
        config.get(CONSISTENCY),
        encryption(config));
  }

  private static @Nullable Encryption encryption(Configuration config) {
    String trustStore = config.get(TRUST_STORE);
    String password = config.get(TRUST_STORE_PASSWORD);
    if (!config.get(TLS)) {
      if (trustStore != null || password != null) {
        throw new IllegalArgumentException(
            "--cassandra-truststore is of no use without --cassandra-tls true; give both or none");
      }
      return null;
    }
    if (trustStore == null && password != null) {
      throw new IllegalArgumentException(
          "--cassandra-truststore-password is given without --cassandra-truststore; give both");
    }
    return new Encryption(trustStore, password);
  }

  /**
   * The keyspace.
   *
   * @throws IllegalArgumentException where it is not the name of one
   */
  static String keyspace(Configuration config) {
    String keyspace = config.get(KEYSPACE);
    if (!CassandraTable.isName(keyspace)) {
      throw new IllegalArgumentException(
          "the value of --cassandra-keyspace is not the name of a keyspace; give small letters,"
              + " digits and _, a letter first, at most 48");
    }
    return keyspace;
  }

  private static List<InetSocketAddress> nodes(Configuration config) {
    String given =
        config
            .getOptional(CASSANDRA)
            .orElseThrow(
                () -> new IllegalArgumentException("option --cassandra is required; " + GIVE));
    List<InetSocketAddress> nodes = new ArrayList<>();
    for (String each : given.split(",", -1)) {
      Matcher node = NODE.matcher(each.strip());
      int port = node.matches() ? Integer.parseInt(node.group(2)) : 0;
      if (port < 1 || port > LAST_PORT) {
        throw new IllegalArgumentException(
            "the value of --cassandra is not a list of addresses; " + GIVE);
      }
      // The name is looked up with every connection, so that a node may get another address.
      nodes.add(InetSocketAddress.createUnresolved(node.group(1), port));
    }
    return nodes;
  }
}
