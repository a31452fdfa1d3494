package io.millrace.connector.postgres;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.postgresql.ssl.DefaultJavaSSLFactory;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Opens connections to PostgreSQL, and tells what its errors say. */
final class PostgresClient {
  private static final String CONNECT_SECONDS = "5";

  static {
    // The list of drivers would keep the class loader of a job that has ended.
    deregister();
  }

  private PostgresClient() {}

  /** Names the database, without credentials. */
  static String name(URI address) {
    return "PostgreSQL at " + address.getHost() + ":" + address.getPort() + address.getRawPath();
  }

  /**
   * Opens a connection.
   *
   * @param address a valid address, of {@link PostgresOptions#address}
   * @param answerLimit after how long without an answer the server counts as away
   */
  static Connection connect(URI address, Duration answerLimit) throws SQLException {
    Properties properties = new Properties();
    String user = address.getRawUserInfo();
    if (user != null) {
      int colon = user.indexOf(':');
      PGProperty.USER.set(properties, decoded(user.substring(0, colon)));
      PGProperty.PASSWORD.set(properties, decoded(user.substring(colon + 1)));
    }
    String query = address.getQuery();
    if (query != null) {
      String mode = query.substring(query.indexOf('=') + 1);
      PGProperty.SSL_MODE.set(properties, mode);
      if (mode.startsWith("verify-")) {
        // Those that the JVM trusts, as everywhere else in a job.
        PGProperty.SSL_FACTORY.set(properties, DefaultJavaSSLFactory.class.getName());
      }
    }
    PGProperty.CONNECT_TIMEOUT.set(properties, CONNECT_SECONDS);
    PGProperty.SOCKET_TIMEOUT.set(properties, (int) answerLimit.toSeconds());
    PGProperty.CANCEL_SIGNAL_TIMEOUT.set(properties, (int) cancelLead(answerLimit).toSeconds());
    PGProperty.TCP_KEEP_ALIVE.set(properties, true);
    PGProperty.APPLICATION_NAME.set(properties, "millrace");
    // No statement outlives its batch, so a pooler of connections may stand in between.
    PGProperty.PREPARE_THRESHOLD.set(properties, 0);
    // Details repeat the row, which belongs into no log.
    PGProperty.LOG_SERVER_ERROR_DETAIL.set(properties, false);
    String url =
        "jdbc:postgresql://"
            + address.getHost()
            + ":"
            + address.getPort()
            + "/"
            + URLEncoder.encode(address.getPath().substring(1), StandardCharsets.UTF_8);
    Connection connection = new Driver().connect(url, properties);
    if (connection == null) {
      throw new IllegalStateException("the driver of PostgreSQL takes no address");
    }
    return connection;
  }

  /**
   * How long before its answer is late a statement is given up, so that the server ends it too; and
   * how long the request for that may take.
   */
  static Duration cancelLead(Duration answerLimit) {
    return Duration.ofSeconds(Math.max(1, answerLimit.toSeconds() / 4));
  }

  /** What the server said, or else the driver, with its code. */
  static String message(SQLException e) {
    @Nullable ServerErrorMessage server =
        e instanceof PSQLException answer ? answer.getServerErrorMessage() : null;
    String text =
        server == null || server.getMessage() == null
            ? String.valueOf(e.getMessage())
            : server.getMessage();
    return e.getSQLState() == null ? text : text + " (SQLSTATE " + e.getSQLState() + ")";
  }

  /** A user or password as it is, which an address holds percent-encoded. */
  private static String decoded(String part) {
    return URI.create("//" + part + "@host").getUserInfo();
  }

  private static void deregister() {
    try {
      if (Driver.isRegistered()) {
        Driver.deregister();
      }
    } catch (SQLException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
