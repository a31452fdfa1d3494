package io.millrace.connector.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisOptionsTest {
  @ParameterizedTest
  @CsvSource({
    "localhost:6379, redis://localhost:6379",
    "[::1]:6379, redis://[::1]:6379",
    "redis://store:6379, redis://store:6379",
    "redis://store:6379/, redis://store:6379/",
    "redis://store:65535/12, redis://store:65535/12",
    "redis://:secret@store:6379, redis://:secret@store:6379",
    "redis://app:s%40cret@store:6379/1, redis://app:s%40cret@store:6379/1",
    "rediss://app:secret@store:6380, rediss://app:secret@store:6380",
  })
  void address_valid_isTaken(String given, URI address) {
    assertThat(RedisOptions.address(config(given))).isEqualTo(address);
  }

  @Test
  void address_missing_namesTheOptionAndTheWayAround() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisOptions.address(new Configuration()))
        .withMessageContaining("--redis is required")
        .withMessageContaining("host:port")
        .withMessageContaining("--stores none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "localhost",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        "localhost:port",
        "http://localhost:6379",
        "redis://",
        "redis://localhost",
        "redis://localhost:6379/first",
        "redis://localhost:6379/1/2",
        "redis://localhost:6379/-1",
        "redis://localhost:6379?protocol=3",
        "redis://localhost:6379#1",
        "redis://hunter2@localhost:6379",
        "redis://app:hunter2@localhost",
        "redis://app:hunter2 @localhost:6379",
        "redis://app:hunter2%@localhost:6379",
        "app:hunter2@localhost:6379:6380",
      })
  void address_malformed_saysWhatToGiveWithoutTheSecret(String given) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisOptions.address(config(given)))
        .withMessageContaining("--redis")
        .withMessageContaining("redis://[user:password@]host:port[/database]")
        .withMessageContaining("--stores none")
        .withNoCause()
        .satisfies(e -> assertThat(e).hasMessageNotContaining("hunter2"));
  }

  @Test
  void toString_sinkWithPassword_hidesIt() {
    assertThat(RedisStore.of(config("redis://app:hunter2@localhost:6379"), "keys"))
        .asString()
        .doesNotContain("hunter2");
  }

  private static Configuration config(String redis) {
    return new Configuration().set(RedisOptions.REDIS, redis);
  }
}
