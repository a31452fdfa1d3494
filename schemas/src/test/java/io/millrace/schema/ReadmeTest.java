package io.millrace.schema;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  private static final Path README = Path.of("README.md");

  @Test
  void topicTable_equalsTheCatalogue() throws IOException {
    List<String> rows;
    try (var lines = Files.lines(README)) {
      rows = lines.filter(line -> line.startsWith("| `")).toList();
    }
    assertThat(rows)
        .as("rows of the topic table in schemas/README.md")
        .containsExactlyElementsOf(Topics.all().stream().map(ReadmeTest::row).toList());
  }

  @Test
  void example_isARecordOfWebRequests() throws Exception {
    String example;
    try (var lines = Files.lines(README)) {
      example = lines.filter(line -> line.startsWith("{\"at\"")).findFirst().orElseThrow();
    }
    assertThat(Topics.WEB_REQUESTS.codec().decode(example.getBytes(UTF_8)).client())
        .isEqualTo("203.0.113.7");
  }

  private static String row(Topic<?> topic) {
    return String.format(
        "| `%s` | %s | `%s` | %s | %s | %d | %s |",
        topic.name(),
        topic.description(),
        topic.type().getSimpleName(),
        key(topic),
        topic.lane().name().toLowerCase(Locale.ROOT).replace('_', ' '),
        topic.partitions(),
        topic.cleanup().name().toLowerCase(Locale.ROOT));
  }

  private static String key(Topic<?> topic) {
    if (topic.lane() == Topic.Lane.LIVE) {
      return "`view` and `row`";
    }
    return topic.keyField() == null ? "none" : "`" + topic.keyField() + "`";
  }
}
