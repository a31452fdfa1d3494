package io.millrace.connector.postgres;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/** The options of PostgreSQL. */
public final class PostgresOptions {
  /** Where the server is. */
  public static final ConfigOption<String> POSTGRES =
      ConfigOptions.key("postgres")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "The PostgreSQL database: host:port/database, or"
                  + " postgresql://[user:password@]host:port/database[?sslmode=...]. Required while"
                  + " the job writes PostgreSQL.");

  private static final String GIVE =
      "give host:port/database or postgresql://[user:password@]host:port/database[?sslmode=...]"
          + " with sslmode disable, prefer, require, verify-ca or verify-full, or --stores none";
  private static final Pattern PATH = Pattern.compile("/[^/]+");
  private static final Pattern QUERY =
      Pattern.compile("sslmode=(?:disable|prefer|require|verify-ca|verify-full)");
  private static final int LAST_PORT = 65_535;

  private PostgresOptions() {}

  /**
   * The database's address, with scheme, host, port, and the database as its path. Messages must
   * not show it whole, since it may hold a password.
   *
   * @throws IllegalArgumentException where it is missing or malformed
   */
  static URI address(Configuration config) {
    String given =
        config
            .getOptional(POSTGRES)
            .orElseThrow(
                () -> new IllegalArgumentException("option --postgres is required; " + GIVE));
    URI address = parse(given.contains("://") ? given : "postgresql://" + given);
    if (address == null || !isValid(address)) {
      throw new IllegalArgumentException("the value of --postgres is not an address; " + GIVE);
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
    String user = address.getRawUserInfo();
    String query = address.getQuery();
    return "postgresql".equals(address.getScheme())
        && address.getHost() != null
        && address.getPort() > 0
        && address.getPort() <= LAST_PORT
        && (user == null || user.indexOf(':') > 0)
        && PATH.matcher(address.getRawPath()).matches()
        && (query == null || QUERY.matcher(query).matches())
        && address.getFragment() == null;
  }
}
