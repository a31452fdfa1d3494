package io.millrace.connector.opensearch;

import io.millrace.connector.opensearch.OpenSearchAccess.TrustStore;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/** The options of OpenSearch. */
public final class OpenSearchOptions {
  /** Where the nodes are. */
  public static final ConfigOption<String> OPENSEARCH =
      ConfigOptions.key("opensearch")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Nodes of the OpenSearch cluster, of which the next is asked when one does not"
                  + " answer: host:port[,host:port], each with https:// before it for TLS. Required"
                  + " while the job writes OpenSearch.");

  /** Who writes. */
  public static final ConfigOption<String> USER =
      ConfigOptions.key("opensearch-user")
          .stringType()
          .noDefaultValue()
          .withDescription("The user that writes; none where the cluster asks for none.");

  /** The password of who writes. */
  public static final ConfigOption<String> PASSWORD =
      ConfigOptions.key("opensearch-password")
          .stringType()
          .noDefaultValue()
          .withDescription("The password of that user. It is in no message.");

  /** Whose certificates are trusted. */
  public static final ConfigOption<String> TRUST_STORE =
      ConfigOptions.key("opensearch-truststore")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "File with the certificates to trust, PKCS12 or JKS, at the same place on every"
                  + " TaskManager and where the job is submitted. Default: those that the JVM"
                  + " trusts.");

  /** What opens that file. */
  public static final ConfigOption<String> TRUST_STORE_PASSWORD =
      ConfigOptions.key("opensearch-truststore-password")
          .stringType()
          .noDefaultValue()
          .withDescription("The password of that file.");

  /** How long an answer may take. */
  public static final ConfigOption<Duration> TIMEOUT =
      ConfigOptions.key("opensearch-timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(20))
          .withDescription(
              "After how long without an answer a node counts as away, from 1s to 60s.");

  /** All of them. */
  public static final List<ConfigOption<?>> ALL =
      List.of(OPENSEARCH, USER, PASSWORD, TRUST_STORE, TRUST_STORE_PASSWORD, TIMEOUT);

  private static final String GIVE =
      "give host:port[,host:port], each with https:// before it for TLS, or --stores none";
  private static final Pattern NODE =
      Pattern.compile("(https?://)?(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):(\\d{1,5})/?");
  private static final int LAST_PORT = 65_535;
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private OpenSearchOptions() {}

  /**
   * How to reach the cluster.
   *
   * @throws IllegalArgumentException where an option is missing or malformed; no message shows a
   *     value, since it may hold a password
   */
  static OpenSearchAccess access(Configuration config) {
    if (config.getOptional(USER).isPresent() != config.getOptional(PASSWORD).isPresent()) {
      throw new IllegalArgumentException(
          "--opensearch-user and --opensearch-password belong together; give both or none");
    }
    String user = config.get(USER);
    if (user != null && user.contains(":")) {
      throw new IllegalArgumentException("the value of --opensearch-user has a colon in it");
    }
    Duration timeout = config.get(TIMEOUT);
    if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("--opensearch-timeout must be from 1s to 60s");
    }
    List<URI> nodes = nodes(config);
    return new OpenSearchAccess(
        nodes, user, config.get(PASSWORD), trustStore(config, nodes), timeout);
  }

  private static @Nullable TrustStore trustStore(Configuration config, List<URI> nodes) {
    String file = config.get(TRUST_STORE);
    String password = config.get(TRUST_STORE_PASSWORD);
    if (file == null) {
      if (password != null) {
        throw new IllegalArgumentException(
            "--opensearch-truststore-password is given without --opensearch-truststore; give both");
      }
      return null;
    }
    if (nodes.get(0).getScheme().equals("http")) {
      throw new IllegalArgumentException(
          "--opensearch-truststore is of no use without https:// before the addresses of"
              + " --opensearch; give both or none");
    }
    return new TrustStore(file, password);
  }

  private static List<URI> nodes(Configuration config) {
    String given =
        config
            .getOptional(OPENSEARCH)
            .orElseThrow(
                () -> new IllegalArgumentException("option --opensearch is required; " + GIVE));
    List<URI> nodes = new ArrayList<>();
    for (String each : given.split(",", -1)) {
      Matcher node = NODE.matcher(each.strip());
      int port = node.matches() ? Integer.parseInt(node.group(3)) : 0;
      if (port < 1 || port > LAST_PORT) {
        throw new IllegalArgumentException(
            "the value of --opensearch is not a list of addresses; " + GIVE);
      }
      String scheme = node.group(1) == null ? "http://" : node.group(1);
      nodes.add(URI.create(scheme + node.group(2) + ":" + port));
    }
    if (nodes.stream().map(URI::getScheme).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "some addresses of --opensearch have https:// before them and some have not; " + GIVE);
    }
    return nodes;
  }
}
