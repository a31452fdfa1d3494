package io.millrace.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connector.archive.ArchiveOptions;
import io.millrace.connector.cassandra.CassandraOptions;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.connector.opensearch.OpenSearchOptions;
import io.millrace.connector.postgres.PostgresOptions;
import io.millrace.connector.redis.RedisOptions;
import io.millrace.connector.store.StoreOptions;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.apache.flink.util.TimeUtils;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the tables of options in the guide against the code. */
class ReadmeTest {
  private static final Path README = Path.of("README.md");
  private static final boolean UPDATING = Boolean.getBoolean("readme.update");

  static List<Arguments> systems() {
    return List.of(
        Arguments.of("kafka", List.of(KafkaOptions.class)),
        Arguments.of("redis", List.of(RedisOptions.class)),
        Arguments.of("postgres", List.of(PostgresOptions.class, StoreOptions.class)),
        Arguments.of("cassandra", List.of(CassandraOptions.class, StoreOptions.class)),
        Arguments.of("archive", List.of(ArchiveOptions.class)),
        Arguments.of("opensearch", List.of(OpenSearchOptions.class, StoreOptions.class)));
  }

  @ParameterizedTest
  @MethodSource("systems")
  void options_ofASystem_areThoseOfItsClass(String system, List<Class<?>> classes)
      throws Exception {
    List<ConfigOption<?>> options = new ArrayList<>();
    for (Class<?> each : classes) {
      options.addAll(options(each));
    }
    options.sort(Comparator.comparing(ConfigOption::key));
    StringBuilder table = new StringBuilder("| Option | Default | What it does |\n|---|---|---|\n");
    for (ConfigOption<?> option : options) {
      table.append(
          String.format(
              "| `%s` | %s | %s |%n",
              option.key(),
              option.hasDefaultValue() ? defaultOf(option) : "",
              new HtmlFormatter().format(option.description()).replace("|", "\\|")));
    }
    String begin = "<!-- options of " + system + ": made from the code -->\n";
    String text = Files.readString(README);
    assertThat(text).contains(begin);
    int from = text.indexOf(begin) + begin.length();
    String expected =
        text.substring(0, from) + table + text.substring(text.indexOf("<!-- end of options", from));
    if (UPDATING) {
      write(expected);
    }
    assertThat(Files.readString(README))
        .as(
            "the options of %s are made from the code; run mvn -pl connectors -am test"
                + " -Dtest=ReadmeTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dreadme.update=true",
            system)
        .isEqualTo(expected);
  }

  private static void write(String text) throws IOException {
    Files.writeString(README, text);
  }

  private static List<ConfigOption<?>> options(Class<?> of) throws IllegalAccessException {
    List<ConfigOption<?>> options = new ArrayList<>();
    for (Field field : of.getFields()) {
      if (Modifier.isStatic(field.getModifiers())
          && field.get(null) instanceof ConfigOption<?> option) {
        options.add(option);
      }
    }
    return options;
  }

  private static String defaultOf(ConfigOption<?> option) {
    Object value = option.defaultValue();
    String text =
        value instanceof Duration duration
            ? TimeUtils.formatWithHighestUnit(duration).replace(" ", "")
            : String.valueOf(value);
    return text.isEmpty() ? "" : "`" + text + "`";
  }
}
