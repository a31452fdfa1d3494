package io.millrace.local.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What its tables hold is seen in the tests of the connector, which has a client. */
class LocalCassandraITCase {
  @TempDir Path directory;

  @Test
  void restart_killed_answersAtItsAddressAndEndsWhenClosed() throws Exception {
    long first;
    long second;
    try (LocalCassandra cassandra = LocalCassandra.start(directory)) {
      String address = cassandra.address();
      first = cassandra.process().pid();
      assertThatIllegalStateException().isThrownBy(cassandra::restart);

      cassandra.process().kill();
      cassandra.restart();

      second = cassandra.process().pid();
      assertThat(cassandra.address()).isEqualTo(address).startsWith("127.0.0.1:");
      assertThat(second).isNotEqualTo(first);
      assertThat(ProcessHandle.of(second)).isPresent();
    }
    assertThat(ProcessHandle.of(first).filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(ProcessHandle.of(second).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void execute_statement_isDoneForTheFirstUserOrRefused() throws Exception {
    try (LocalCassandra cassandra = LocalCassandra.startWithUsers(directory)) {
      await()
          .atMost(Duration.ofMinutes(1))
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(() -> cassandra.execute("LIST ROLES"));

      cassandra.execute("CREATE ROLE app");

      assertThatThrownBy(() -> cassandra.execute("CREATE ROLE app"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("app already exists");
    }
  }
}
