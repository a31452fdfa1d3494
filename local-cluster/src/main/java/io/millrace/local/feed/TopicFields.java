package io.millrace.local.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.millrace.schema.Topic;
import io.millrace.schema.codec.EventTime;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a topic's records and how a text becomes the JSON value of each. A text that does
 * not state a value of the field's type stays a string, so that the job that reads the record
 * refuses it with the reason.
 */
final class TopicFields {
  /**
   * One field.
   *
   * @param name its name
   * @param kind what its values are
   * @param source the {@code --map} for it; null where it is called the same in the file
   */
  record Field(String name, Kind kind, @Nullable FieldSource source) {}

  /** What a field's values are in JSON. */
  enum Kind {
    TEXT,
    WHOLE,
    DECIMAL,
    FLAG,
    TIME,
    /** An object or array, which stands in a cell as JSON. */
    NESTED
  }

  /** Exact numbers, and nothing that the jobs' own decoder would refuse. */
  static final JsonMapper STRICT =
      JsonMapper.builder()
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  /** A longer number is left as text: reading it is slow, and no field takes it. */
  private static final int MAX_NUMBER_CHARS = 1_000;

  private final List<Field> fields;
  private final TimeReader times;

  private TopicFields(List<Field> fields, TimeReader times) {
    this.fields = fields;
    this.times = times;
  }

  /** The fields of {@code topic}, as far as {@code sources} map them, from there. */
  static TopicFields of(Topic<?> topic, List<FieldSource> sources, TimeReader times) {
    List<Field> fields = new ArrayList<>();
    for (RecordComponent component : topic.type().getRecordComponents()) {
      FieldSource source = null;
      for (FieldSource each : sources) {
        if (each.topic().equals(topic) && each.field().equals(component.getName())) {
          source = each;
        }
      }
      fields.add(new Field(component.getName(), kind(component), source));
    }
    return new TopicFields(List.copyOf(fields), times);
  }

  List<Field> all() {
    return fields;
  }

  TimeReader times() {
    return times;
  }

  /** The JSON value that {@code text} states for a field of this kind. */
  JsonNode value(Kind kind, String text) {
    return switch (kind) {
      case TEXT -> TextNode.valueOf(text);
      case WHOLE -> whole(text);
      case DECIMAL -> decimal(text);
      case FLAG ->
          text.equals("true") || text.equals("false")
              ? BooleanNode.valueOf(text.equals("true"))
              : TextNode.valueOf(text);
      case TIME -> time(text);
      case NESTED -> nested(text);
    };
  }

  private JsonNode time(String text) {
    if (!times.isGiven()) {
      return whole(text);
    }
    OptionalLong millis = times.read(text);
    return millis.isPresent() ? LongNode.valueOf(millis.getAsLong()) : TextNode.valueOf(text);
  }

  private static JsonNode whole(String text) {
    try {
      return LongNode.valueOf(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return TextNode.valueOf(text);
    }
  }

  private static JsonNode decimal(String text) {
    try {
      return text.length() > MAX_NUMBER_CHARS
          ? TextNode.valueOf(text)
          : DecimalNode.valueOf(new BigDecimal(text));
    } catch (NumberFormatException e) {
      return TextNode.valueOf(text);
    }
  }

  private static JsonNode nested(String text) {
    try {
      JsonNode value = STRICT.readTree(text);
      return value.isContainerNode() ? value : TextNode.valueOf(text);
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(text);
    }
  }

  private static Kind kind(RecordComponent component) {
    Class<?> type = component.getType();
    if (component.isAnnotationPresent(EventTime.class)) {
      return Kind.TIME;
    } else if (type == long.class
        || type == Long.class
        || type == int.class
        || type == Integer.class) {
      return Kind.WHOLE;
    } else if (type == double.class || type == Double.class) {
      return Kind.DECIMAL;
    } else if (type == boolean.class || type == Boolean.class) {
      return Kind.FLAG;
    } else if (type == String.class || type.isEnum()) {
      return Kind.TEXT;
    }
    return Kind.NESTED;
  }
}
