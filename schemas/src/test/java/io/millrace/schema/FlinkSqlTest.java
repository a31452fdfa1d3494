package io.millrace.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FlinkSqlTest {
  private static final String UPDATE =
      "mvn -pl schemas test -Dtest=FlinkSqlTest -Dschemas.update=true";
  private static final Path KEPT = Path.of("flink-sql");

  static List<Topic<?>> topics() {
    return Topics.all();
  }

  /** A type that no table can have. */
  record Odd(Duration time) {}

  @ParameterizedTest
  @MethodSource("topics")
  void keptTable_isThatOfItsTopic(Topic<?> topic) throws IOException {
    Path file = KEPT.resolve(topic.name() + ".sql");
    String generated = FlinkSql.createTable(topic, "localhost:9092", "") + ";\n";
    if (Files.exists(file) && Files.readString(file).equals(generated)) {
      return;
    }
    if (!Boolean.getBoolean("schemas.update")) {
      fail("%s is not what %s says; update it with: %s", file, topic.type().getName(), UPDATE);
    }
    Files.createDirectories(KEPT);
    Files.writeString(file, generated);
  }

  @Test
  void keptTables_areThoseOfTheCatalogue() throws IOException {
    try (Stream<Path> files = Files.list(KEPT)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .isSubsetOf(topics().stream().map(topic -> topic.name() + ".sql").toList());
    }
  }

  @Test
  void createTable_quoteInAnOption_isDoubled() {
    assertThat(FlinkSql.createTable(Topics.WEB_REQUESTS, "it's:9092", "staging."))
        .contains("'it''s:9092'", "'topic' = 'staging.web.requests'");
  }

  @Test
  void createTable_fieldWithoutType_isRefused() {
    Topic<Odd> odd =
        new Topic<>(
            "odd",
            "Odd.",
            Odd.class,
            Topic.Lane.RESULT,
            null,
            1,
            Topic.Cleanup.DELETE,
            Topic.View.TABLE,
            null);

    assertThatThrownBy(() -> FlinkSql.createTable(odd, "b", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("java.time.Duration");
  }
}
