package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;

/**
 * Where a field of a topic gets its value from in a foreign file: one {@code --map}.
 *
 * @param topic the topic
 * @param field the field of its records
 * @param text the name of the file's column, or the value itself
 * @param literal whether {@code text} is the value itself
 */
public record FieldSource(Topic<?> topic, String field, String text, boolean literal) {
  /**
   * Reads {@code <topic>.<field>=<column>} or {@code <topic>.<field>='<literal>'}.
   *
   * @throws InputException for another form, an unknown topic or a field that the topic lacks
   */
  public static FieldSource parse(String text) throws InputException {
    int equals = text.indexOf('=');
    int dot = text.lastIndexOf('.', Math.max(equals, 0));
    if (equals < 0 || dot <= 0 || dot + 1 == equals || equals + 1 == text.length()) {
      throw new InputException(
          "--map '" + text + "' must be <topic>.<field>=<column> or <topic>.<field>='<literal>'");
    }
    String name = text.substring(0, dot);
    Topic<?> topic =
        Topics.byName(name)
            .orElseThrow(() -> new InputException("--map names an unknown topic: " + name));
    String field = text.substring(dot + 1, equals);
    List<String> fields =
        Arrays.stream(topic.type().getRecordComponents()).map(RecordComponent::getName).toList();
    if (!fields.contains(field)) {
      throw new InputException(
          "topic " + name + " has no field " + field + "; it has " + String.join(", ", fields));
    }
    String value = text.substring(equals + 1);
    boolean literal = value.length() >= 2 && value.startsWith("'") && value.endsWith("'");
    return new FieldSource(
        topic, field, literal ? value.substring(1, value.length() - 1) : value, literal);
  }
}
