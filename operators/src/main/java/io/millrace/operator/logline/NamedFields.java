package io.millrace.operator.logline;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a record of the fields that a line names itself. Well-known names are the record's parts,
 * all others stay fields.
 */
final class NamedFields {
  private enum Part {
    TIME,
    LEVEL,
    SERVICE,
    HOST,
    MESSAGE,
    TRACE_ID
  }

  private static final List<String> TIMES =
      List.of("time", "timestamp", "@timestamp", "ts", "at", "datetime");
  private static final Map<String, Part> PARTS =
      Map.ofEntries(
          Map.entry("level", Part.LEVEL),
          Map.entry("severity", Part.LEVEL),
          Map.entry("lvl", Part.LEVEL),
          Map.entry("loglevel", Part.LEVEL),
          Map.entry("service", Part.SERVICE),
          Map.entry("host", Part.HOST),
          Map.entry("hostname", Part.HOST),
          Map.entry("message", Part.MESSAGE),
          Map.entry("msg", Part.MESSAGE),
          Map.entry("traceId", Part.TRACE_ID),
          Map.entry("trace_id", Part.TRACE_ID),
          Map.entry("traceid", Part.TRACE_ID),
          Map.entry("trace.id", Part.TRACE_ID));

  private final LineSource source;
  private final TimeText times;
  private final boolean timeIsNamed;

  NamedFields(LineSource source, TimeText times) {
    this.source = source;
    this.times = times;
    this.timeIsNamed = !source.timeField().isEmpty();
  }

  /** A field of a line: its text, and where that is. */
  record Value(String text, int position) {}

  /** The record of a line with these fields. */
  ParsedLine record(Map<String, Value> named, long arrivedAt) throws LineException {
    Map<Part, String> parts = new HashMap<>();
    Map<String, String> fields = new LinkedHashMap<>();
    String timeName = timeName(named);
    if (timeName == null && timeIsNamed) {
      throw new LineException(
          LineFault.MISSING_FIELD, "expected field " + source.timeField() + " with the time");
    }
    for (Map.Entry<String, Value> field : named.entrySet()) {
      String name = field.getKey();
      String text = field.getValue().text();
      Part part = PARTS.get(name);
      boolean isPart =
          part != null
              && (part != Part.LEVEL || LogLevel.of(text) != null)
              && !parts.containsKey(part);
      if (name.equals(timeName)) {
        continue;
      }
      if (isPart && part != null) {
        parts.put(part, text);
      } else {
        fields.put(name, text);
      }
    }
    Value time = timeName == null ? null : named.get(timeName);
    String level = parts.get(Part.LEVEL);
    String service = parts.get(Part.SERVICE);
    return new ParsedLine(
        time == null ? arrivedAt : times.read(time.text(), arrivedAt, time.position()),
        level == null ? null : LogLevel.of(level),
        service == null ? source.serviceOrNull() : service,
        parts.get(Part.HOST),
        parts.getOrDefault(Part.MESSAGE, ""),
        fields,
        parts.get(Part.TRACE_ID));
  }

  private @Nullable String timeName(Map<String, Value> named) {
    if (timeIsNamed) {
      return named.containsKey(source.timeField()) ? source.timeField() : null;
    }
    for (String name : TIMES) {
      if (named.containsKey(name)) {
        return name;
      }
    }
    return null;
  }
}
