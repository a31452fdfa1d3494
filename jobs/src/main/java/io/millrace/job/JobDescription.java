package io.millrace.job;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.schema.Topic;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.description.HtmlFormatter;

/**
 * What a job is, for its users: the source of its help text, its row in the catalogue and the table
 * of options on its page.
 *
 * @param name the name it is run by, in kebab-case
 * @param mainClass the class with its {@code main}
 * @param question the question it answers, in one sentence
 * @param inputs the topics it reads
 * @param outputs the topics it writes, dead letters included
 * @param stores the stores it can write, by the names that the option {@code stores} takes
 * @param ownOptions the options that only this job has
 */
public record JobDescription(
    String name,
    Class<?> mainClass,
    String question,
    List<Topic<?>> inputs,
    List<Topic<?>> outputs,
    List<String> stores,
    List<ConfigOption<?>> ownOptions) {

  /**
   * Every option that the job takes: its own, then those of its stores, then those of every job.
   */
  public List<ConfigOption<?>> options() {
    Stream<ConfigOption<?>> ofStores =
        stores.isEmpty() ? Stream.empty() : StoreAccess.options(stores).stream();
    return Stream.of(
            ownOptions.stream(), ofStores, JobOptions.ALL.stream(), KafkaOptions.ALL.stream())
        .flatMap(options -> options)
        .toList();
  }

  /** Every topic that the job reads or writes. */
  public List<Topic<?>> topics() {
    return Stream.concat(inputs.stream(), outputs.stream()).toList();
  }

  /** What {@code --help} prints. */
  String helpText() {
    StringBuilder text = new StringBuilder();
    text.append(name).append(": ").append(question).append('\n');
    text.append("  reads  ").append(names(inputs)).append('\n');
    text.append("  writes ").append(names(outputs)).append("\n\nOptions:\n");
    for (OptionText option : optionTexts()) {
      text.append("  --").append(option.key()).append(" <").append(option.type()).append('>');
      if (!option.defaultValue().isEmpty()) {
        text.append("  (default ").append(option.defaultValue()).append(')');
      }
      text.append("\n      ").append(option.description()).append('\n');
    }
    text.append("  --").append(KafkaOptions.CLIENT_PREFIX).append("<property> <value>\n");
    text.append("      Any property of Kafka's clients.\n");
    text.append("  --").append(JobConfig.PROPERTIES_FILE).append(" <file>\n");
    text.append("      Options as key=value lines; the command line wins over them.\n");
    return text.toString();
  }

  /**
   * One option, for people.
   *
   * @param key what it is given by
   * @param type the kind of value
   * @param defaultValue its default as it would be given; empty where it has none
   * @param description what it does
   */
  public record OptionText(String key, String type, String defaultValue, String description) {}

  /** Every option as people read it. */
  public List<OptionText> optionTexts() {
    return options().stream()
        .map(
            option ->
                new OptionText(option.key(), type(option), defaultValue(option), text(option)))
        .toList();
  }

  private static String type(ConfigOption<?> option) {
    Object value = option.hasDefaultValue() ? option.defaultValue() : "";
    if (value instanceof Duration) {
      return "duration";
    } else if (value instanceof MemorySize) {
      return "memory";
    } else if (value instanceof Number) {
      return "number";
    } else if (value instanceof Boolean) {
      return "true|false";
    } else if (value instanceof Enum<?> constant) {
      return Arrays.stream(constant.getDeclaringClass().getEnumConstants())
          .map(Object::toString)
          .collect(Collectors.joining("|"));
    }
    return "text";
  }

  /**
   * What the value of an option has to be, for somebody who gave it another.
   *
   * @param otherwise what to say of kinds that the default value doesn't tell
   */
  static String expected(ConfigOption<?> option, String otherwise) {
    String type = type(option);
    return switch (type) {
      case "duration" -> "expected a duration such as 5s, 1m or 24h";
      case "memory" -> "expected a size such as 64kb or 8mb";
      case "number" ->
          option.defaultValue() instanceof Double
              ? "expected a number"
              : "expected a whole number, of at most "
                  + (option.defaultValue() instanceof Integer ? Integer.MAX_VALUE : Long.MAX_VALUE);
      case "text" -> otherwise;
      default -> "expected " + type.replace("|", " or ");
    };
  }

  private static String defaultValue(ConfigOption<?> option) {
    if (!option.hasDefaultValue()) {
      return "";
    }
    if (option.defaultValue() instanceof Duration duration) {
      return formatted(duration.toMillis());
    } else if (option.defaultValue() instanceof MemorySize memory) {
      return memory.toString().replace(" ", "");
    }
    return String.valueOf(option.defaultValue());
  }

  /** What an option does. */
  static String text(ConfigOption<?> option) {
    return new HtmlFormatter().format(option.description());
  }

  private static String formatted(long millis) {
    if (millis % 1000 != 0) {
      return millis + "ms";
    } else if (millis == 0 || millis % 60_000 != 0) {
      return millis / 1000 + "s";
    }
    return millis % 3_600_000 == 0 ? millis / 3_600_000 + "h" : millis / 60_000 + "m";
  }

  private static String names(List<Topic<?>> topics) {
    return topics.stream().map(Topic::name).collect(Collectors.joining(", "));
  }
}
