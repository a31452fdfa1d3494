package io.millrace.local.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.local.feed.TopicFields.Field;
import io.millrace.local.feed.TopicFields.Kind;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Sets the mapped fields and the times of JSON objects. Every other field stays, and so does a line
 * with nothing to set, byte for byte.
 */
final class JsonRows implements RowReader {
  private final TopicFields fields;
  private final boolean changesRows;

  JsonRows(TopicFields fields) {
    this.fields = fields;
    this.changesRows =
        fields.times().isGiven() || fields.all().stream().anyMatch(field -> field.source() != null);
  }

  @Override
  public byte[] read(byte[] row) {
    String text = changesRows ? RowReader.text(row) : null;
    if (text == null) {
      return row;
    }
    try {
      byte[] read =
          TopicFields.STRICT.readTree(text) instanceof ObjectNode object
              ? RowReader.bytes(changed(object).toString())
              : null;
      return read == null ? row : read;
    } catch (JsonProcessingException e) {
      return row;
    }
  }

  private ObjectNode changed(ObjectNode original) {
    ObjectNode object = original.deepCopy();
    for (Field field : fields.all()) {
      JsonNode value = value(field, original);
      if (value != null) {
        object.set(field.name(), value);
      }
    }
    return object;
  }

  /** What to set the field to, or null where it stays as it is. */
  private @Nullable JsonNode value(Field field, ObjectNode original) {
    FieldSource source = field.source();
    if (source != null && source.literal()) {
      return fields.value(field.kind(), source.text());
    }
    JsonNode value = original.get(source == null ? field.name() : source.text());
    if (value == null || value.isNull()) {
      return null;
    }
    if (field.kind() == Kind.TIME && fields.times().isGiven() && value.isValueNode()) {
      OptionalLong millis = fields.times().read(value.asText());
      return millis.isPresent() ? LongNode.valueOf(millis.getAsLong()) : value;
    }
    if (source == null) {
      return null;
    }
    return value.isTextual() ? fields.value(field.kind(), value.textValue()) : value;
  }
}
