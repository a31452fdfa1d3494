package io.millrace.local.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.Driver;

@Timeout(120)
class LocalPostgresITCase {
  @TempDir static Path directory;
  private static LocalPostgres postgres;

  @BeforeAll
  static void startServer() throws IOException {
    postgres = LocalPostgres.start(directory);
  }

  @AfterAll
  static void stopServer() {
    postgres.close();
  }

  @Test
  void startAgain_afterStop_hasItsAddressAndItsData() throws Exception {
    String address = postgres.address();
    try (Connection connection = connect(postgres.user())) {
      execute(connection, "CREATE TABLE kept (n integer)");
      execute(connection, "INSERT INTO kept VALUES (7)");
      postgres.stop();
      assertThatThrownBy(() -> execute(connection, "SELECT 1")).isInstanceOf(SQLException.class);
    }

    postgres.startAgain();

    assertThat(postgres.address()).isEqualTo(address);
    try (Connection connection = connect(postgres.user())) {
      assertThat(query(connection, "SELECT n FROM kept")).isEqualTo("7");
    }
  }

  @Test
  void execute_statements_areRunOrRefusedWithTheServersWords() throws Exception {
    postgres.execute("CREATE TABLE told (n integer); INSERT INTO told VALUES (3)");

    try (Connection connection = connect(postgres.user())) {
      assertThat(query(connection, "SELECT n FROM told")).isEqualTo("3");
    }
    assertThatThrownBy(() -> postgres.execute("INSERT INTO nowhere VALUES (1)"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("42P01");
  }

  @Test
  void start_listens_onLoopbackOnly() throws Exception {
    try (Connection connection = connect(postgres.user())) {
      assertThat(query(connection, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(query(connection, "SHOW unix_socket_directories")).isEmpty();
      assertThat(query(connection, "SHOW server_encoding")).isEqualTo("UTF8");
    }
  }

  @Test
  void start_userWithPassword_needsIt() throws Exception {
    try (Connection connection = connect(postgres.user())) {
      execute(connection, "CREATE ROLE app LOGIN PASSWORD 'right'");
    }
    assertThatThrownBy(() -> connect("app").close()).hasMessageContaining("password");
  }

  @Test
  void close_connected_leavesNoProcess() throws Exception {
    List<ProcessHandle> processes;
    try (LocalPostgres other = LocalPostgres.start(directory.resolve("other"));
        Connection connection = connect(other.address(), other.user())) {
      assertThat(other.address()).isNotEqualTo(postgres.address());
      processes = ProcessHandle.of(other.pid()).orElseThrow().descendants().toList();
      assertThat(processes).hasSizeGreaterThan(1);
      other.stop();
      assertThat(connection.isValid(1)).isFalse();
    }
    assertThat(processes).noneMatch(ProcessHandle::isAlive);
  }

  private static Connection connect(String user) throws SQLException {
    return connect(postgres.address(), user);
  }

  private static Connection connect(String address, String user) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    return new Driver()
        .connect("jdbc:postgresql://" + address + "/" + postgres.database(), properties);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
