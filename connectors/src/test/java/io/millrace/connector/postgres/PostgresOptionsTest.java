package io.millrace.connector.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresOptionsTest {
  @ParameterizedTest
  @CsvSource({
    "localhost:5432/orders, postgresql://localhost:5432/orders",
    "[::1]:5432/orders, postgresql://[::1]:5432/orders",
    "postgresql://store:65535/o%20s, postgresql://store:65535/o%20s",
    "postgresql://app:@store:5432/orders, postgresql://app:@store:5432/orders",
    "postgresql://app:s%40cret@store:5432/orders, postgresql://app:s%40cret@store:5432/orders",
    "store:5432/orders?sslmode=disable, postgresql://store:5432/orders?sslmode=disable",
    "store:5432/orders?sslmode=verify-full, postgresql://store:5432/orders?sslmode=verify-full",
  })
  void address_valid_isTaken(String given, URI address) {
    assertThat(PostgresOptions.address(config(given))).isEqualTo(address);
  }

  @Test
  void address_missing_namesTheOptionAndTheWayAround() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PostgresOptions.address(new Configuration()))
        .withMessageContaining("--postgres is required")
        .withMessageContaining("host:port/database")
        .withMessageContaining("--stores none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "localhost",
        "localhost:5432",
        "localhost:5432/",
        "localhost/orders",
        "localhost:0/orders",
        "localhost:65536/orders",
        "localhost:port/orders",
        "http://localhost:5432/orders",
        "jdbc:postgresql://localhost:5432/orders",
        "postgresql://",
        "localhost:5432/orders/public",
        "localhost:5432/orders#1",
        "localhost:5432/orders?sslmode=maybe",
        "localhost:5432/orders?password=hunter2",
        "localhost:5432/orders?sslmode=require&user=hunter2",
        "postgresql://hunter2@localhost:5432/orders",
        "postgresql://:hunter2@localhost:5432/orders",
        "postgresql://app:hunter2@localhost/orders",
        "postgresql://app:hunter2 @localhost:5432/orders",
        "postgresql://app:hunter2%@localhost:5432/orders",
        "app:hunter2@localhost:5432:5433/orders",
      })
  void address_malformed_saysWhatToGiveWithoutTheSecret(String given) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PostgresOptions.address(config(given)))
        .withMessageContaining("--postgres")
        .withMessageContaining("postgresql://[user:password@]host:port/database[?sslmode=...]")
        .withMessageContaining("--stores none")
        .withNoCause()
        .satisfies(e -> assertThat(e).hasMessageNotContaining("hunter2"));
  }

  @Test
  void texts_storeWithPassword_hideIt() {
    PostgresStore store =
        PostgresStore.of(config("postgresql://app:hunter2@localhost:5432/orders"), Reading.TABLE);

    assertThat(store).asString().doesNotContain("hunter2");
    assertThat(store.connect()).asString().doesNotContain("hunter2");
    assertThat(store.name()).isEqualTo("PostgreSQL at localhost:5432/orders");
    assertThat(store.target()).isEqualTo("postgres:readings");
    assertThat(store.advice()).contains("--postgres", "readings");
  }

  private static Configuration config(String postgres) {
    return new Configuration().set(PostgresOptions.POSTGRES, postgres);
  }
}
