package io.millrace.connector.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/** The options of Redis. */
public final class RedisOptions {
  /** Where the server is. */
  public static final ConfigOption<String> REDIS =
      ConfigOptions.key("redis")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "The Redis server: host:port, or redis://[user:password@]host:port[/database]"
                  + " (rediss:// for TLS). Required while the job writes Redis.");

  private static final String GIVE =
      "give host:port or redis://[user:password@]host:port[/database] (rediss:// for TLS), or"
          + " --stores none";
  private static final Pattern PATH = Pattern.compile("(?:/\\d{0,4})?");
  private static final int LAST_PORT = 65_535;

  private RedisOptions() {}

  /**
   * The server's address, with scheme, host and port. Messages must not show it whole, since it may
   * hold a password.
   *
   * @throws IllegalArgumentException where it is missing or malformed
   */
  static URI address(Configuration config) {
    String given =
        config
            .getOptional(REDIS)
            .orElseThrow(() -> new IllegalArgumentException("option --redis is required; " + GIVE));
    URI address = parse(given.contains("://") ? given : "redis://" + given);
    if (address == null || !isValid(address)) {
      throw new IllegalArgumentException("the value of --redis is not an address; " + GIVE);
    }
    return address;
  }

  private static @Nullable URI parse(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      // It would repeat the address with its password, so it goes no further.
      return null;
    }
  }

  private static boolean isValid(URI address) {
    String user = address.getUserInfo();
    return ("redis".equals(address.getScheme()) || "rediss".equals(address.getScheme()))
        && address.getHost() != null
        && address.getPort() > 0
        && address.getPort() <= LAST_PORT
        && (user == null || user.contains(":"))
        && PATH.matcher(address.getPath()).matches()
        && address.getQuery() == null
        && address.getFragment() == null;
  }
}
