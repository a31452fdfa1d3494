package io.millrace.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schema.SchemaCompatibility.Violation;
import io.millrace.schema.Topic.Lane;
import io.millrace.schema.codec.JsonSchema.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonSchemasTest {
  private static final String UPDATE =
      "mvn -pl schemas test -Dtest=JsonSchemasTest -Dschemas.update=true";

  private static final boolean UPDATING = Boolean.getBoolean("schemas.update");

  private static final Path KEPT = Path.of("json-schemas");

  private static final JsonMapper MAPPER = new JsonMapper();

  static List<Topic<?>> topics() {
    return Topics.all();
  }

  @ParameterizedTest
  @MethodSource("topics")
  void keptSchema_equalsTheTypeOfItsTopic(Topic<?> topic) throws IOException {
    Path file = KEPT.resolve(fileName(topic));
    String generated = text(JsonSchemas.of(topic));
    if (Files.exists(file)) {
      String kept = Files.readString(file);
      if (kept.equals(generated)) {
        return;
      }
      List<Violation> violations =
          SchemaCompatibility.violations(
              topic.name(),
              topic.lane() == Lane.INPUT ? Side.READ : Side.WRITTEN,
              (ObjectNode) MAPPER.readTree(kept),
              (ObjectNode) MAPPER.readTree(generated));
      assertThat(violations)
          .as("%s breaks others; give it a new topic, or take the change back", file)
          .isEmpty();
    }
    if (!UPDATING) {
      fail("%s is not what %s says; update it with: %s", file, topic.type().getName(), UPDATE);
    }
    Files.createDirectories(KEPT);
    Files.writeString(file, generated);
  }

  @Test
  void keptSchemas_areThoseOfTheCatalogue() throws IOException {
    try (Stream<Path> files = Files.list(KEPT)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .as("a topic that is gone breaks others; delete its schema only together with them")
          .isSubsetOf(topics().stream().map(JsonSchemasTest::fileName).toList());
    }
  }

  @ParameterizedTest
  @MethodSource("topics")
  void keptSchema_isInTheJar(Topic<?> topic) {
    assumeThat(UPDATING).as("an update comes after the resources were copied").isFalse();
    assertThat(JsonSchemas.class.getResource(fileName(topic))).isNotNull();
  }

  private static String fileName(Topic<?> topic) {
    return topic.name() + ".schema.json";
  }

  private static String text(ObjectNode schema) throws JsonProcessingException {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter()
            .withSeparators(
                Separators.createDefaultInstance()
                    .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
            .withObjectIndenter(new DefaultIndenter("  ", "\n"));
    return MAPPER.writer(printer).writeValueAsString(schema) + "\n";
  }
}
