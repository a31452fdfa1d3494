package io.millrace.local.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of logs; all of it must hold of a record. What a user gives is a value of the
 * query, and never a part of its form.
 *
 * @param from the earliest time, in milliseconds since the epoch; null for any
 * @param to the first time after the last, likewise
 * @param sources the record is of one of them; empty for any
 * @param levels its level is one of them; empty for any
 * @param text words that are all in its message; null for any
 * @param fields its fields have all of these, as {@code <name>=<value>}
 * @param limit the most records
 */
public record LogQuery(
    @Nullable Long from,
    @Nullable Long to,
    List<String> sources,
    List<String> levels,
    @Nullable String text,
    List<String> fields,
    int limit) {
  /** The most records that one query gives. */
  public static final int MOST = 10_000;

  private static final int DEFAULT_LIMIT = 100;
  private static final List<String> LEVELS =
      List.of("TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "FATAL");
  private static final List<String> NAMES =
      List.of("from", "to", "source", "level", "text", "field", "limit");
  private static final Pattern MILLIS = Pattern.compile("-?\\d{1,15}");

  /** Copies the lists. */
  public LogQuery {
    sources = List.copyOf(sources);
    levels = List.copyOf(levels);
    fields = List.copyOf(fields);
  }

  /**
   * The query of these parameters.
   *
   * @param given values by name: {@code from} and {@code to} (ISO-8601 with an offset, or
   *     milliseconds), {@code source}, {@code level} (several with commas), {@code text}, {@code
   *     field}, {@code limit}
   * @throws IllegalArgumentException where one can't be; the message says what may be
   */
  public static LogQuery of(Map<String, List<String>> given) {
    Set<String> unknown = new TreeSet<>(given.keySet());
    NAMES.forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no " + unknown.iterator().next() + "; valid are " + String.join(", ", NAMES));
    }
    Long from = time("from", one(given, "from"));
    Long to = time("to", one(given, "to"));
    if (from != null && to != null && from >= to) {
      throw new IllegalArgumentException("from must be before to");
    }
    List<String> fields = given.getOrDefault("field", List.of());
    for (String field : fields) {
      if (field.indexOf('=') < 1) {
        throw new IllegalArgumentException("field must be <name>=<value>, found " + field);
      }
    }
    return new LogQuery(
        from,
        to,
        given.getOrDefault("source", List.of()),
        levels(given.getOrDefault("level", List.of())),
        one(given, "text"),
        fields,
        limit(one(given, "limit")));
  }

  private static @Nullable String one(Map<String, List<String>> given, String name) {
    List<String> values = given.getOrDefault(name, List.of());
    if (values.size() > 1) {
      throw new IllegalArgumentException(name + " may be given once");
    }
    return values.isEmpty() ? null : values.get(0);
  }

  private static @Nullable Long time(String name, @Nullable String text) {
    if (text == null) {
      return null;
    }
    if (MILLIS.matcher(text).matches()) {
      return Long.parseLong(text);
    }
    try {
      return OffsetDateTime.parse(text).toInstant().toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException(
          name
              + " must be like 2026-11-24T10:00:00Z, with an offset, or milliseconds since the"
              + " epoch, found "
              + text,
          e);
    }
  }

  private static List<String> levels(List<String> given) {
    List<String> levels = new ArrayList<>();
    for (String each : given) {
      for (String level : Arrays.asList(each.split(",", -1))) {
        String upper = level.strip().toUpperCase(Locale.ROOT);
        if (!LEVELS.contains(upper)) {
          throw new IllegalArgumentException(
              "there is no level \"" + level + "\"; valid are " + String.join(", ", LEVELS));
        }
        levels.add(upper);
      }
    }
    return levels;
  }

  private static int limit(@Nullable String text) {
    if (text == null) {
      return DEFAULT_LIMIT;
    }
    int limit = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
    if (limit < 1 || limit > MOST) {
      throw new IllegalArgumentException("limit must be from 1 to " + MOST + ", found " + text);
    }
    return limit;
  }

  /** The same for OpenSearch: the newest first. */
  ObjectNode search() {
    ObjectNode search = JsonNodeFactory.instance.objectNode();
    search.put("size", limit).put("track_total_hits", false);
    ArrayNode sort = search.putArray("sort");
    sort.addObject().putObject("at").put("order", "desc").put("unmapped_type", "date");
    sort.addObject().putObject("recordId").put("order", "desc").put("unmapped_type", "keyword");
    ArrayNode filter = search.putObject("query").putObject("bool").putArray("filter");
    if (from != null || to != null) {
      ObjectNode range = filter.addObject().putObject("range").putObject("at");
      if (from != null) {
        range.put("gte", from);
      }
      if (to != null) {
        range.put("lt", to);
      }
    }
    oneOf(filter, "source", sources);
    oneOf(filter, "level", levels);
    if (text != null) {
      filter
          .addObject()
          .putObject("match")
          .putObject("message")
          .put("query", text)
          .put("operator", "and");
    }
    fields.forEach(each -> filter.addObject().putObject("term").put("fieldValues", each));
    return search;
  }

  private static void oneOf(ArrayNode filter, String field, List<String> values) {
    if (!values.isEmpty()) {
      ArrayNode terms = filter.addObject().putObject("terms").putArray(field);
      values.forEach(terms::add);
    }
  }
}
