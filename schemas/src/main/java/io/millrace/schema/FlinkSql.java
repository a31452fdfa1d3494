package io.millrace.schema;

import io.millrace.schema.Topic.Cleanup;
import io.millrace.schema.Topic.Lane;
import io.millrace.schema.codec.EventTime;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Topics as tables of Flink SQL, derived from their record types. The build holds them against the
 * kept ones.
 */
public final class FlinkSql {
  private static final Map<Class<?>, String> TYPES =
      Map.of(
          String.class, "STRING",
          int.class, "INT",
          Integer.class, "INT",
          long.class, "BIGINT",
          Long.class, "BIGINT",
          double.class, "DOUBLE",
          Double.class, "DOUBLE",
          boolean.class, "BOOLEAN",
          Boolean.class, "BOOLEAN");

  /** Of a topic whose records are lines as they are. */
  private static final List<String> RAW_COLUMNS =
      List.of(
          "`line` STRING",
          "`headers` MAP<STRING, BYTES> METADATA",
          "`source` AS DECODE(`headers`['source'], 'UTF-8')",
          "`event_time` TIMESTAMP_LTZ(3) METADATA FROM 'timestamp'",
          "WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND");

  private FlinkSql() {}

  /**
   * The statement that creates the table of {@code topic}, named as the topic with {@code _} for
   * {@code .} and {@code -}. A table of an input has its event time as {@code event_time}, with
   * watermarks. A table of lines as they are has {@code line}, {@code headers} and {@code source}
   * in place of fields. A table of a compacted topic has its Kafka key as primary key, and is read
   * as the rows that there are now.
   *
   * @param bootstrap Kafka's brokers
   * @param prefix of the topic's name
   * @throws IllegalArgumentException where the topic's type has a field that SQL has no type for
   */
  public static String createTable(Topic<?> topic, String bootstrap, String prefix) {
    boolean isUpsert = topic.cleanup() == Cleanup.COMPACT;
    List<String> columns = topic.isRaw() ? new ArrayList<>(RAW_COLUMNS) : columns(topic);
    if (isUpsert) {
      String key = topic.lane() == Lane.LIVE ? "key" : topic.keyField();
      columns.add(String.format("PRIMARY KEY (`%s`) NOT ENFORCED", key));
    }
    return String.format(
        "CREATE TABLE `%s` (\n  %s\n) WITH (\n  %s\n)",
        table(topic),
        String.join(",\n  ", columns),
        options(topic, bootstrap, prefix).stream().collect(Collectors.joining(",\n  ")));
  }

  private static List<String> columns(Topic<?> topic) {
    List<String> columns = new ArrayList<>();
    if (topic.lane() == Lane.LIVE) {
      columns.add("`key` STRING");
    }
    for (RecordComponent field : topic.type().getRecordComponents()) {
      columns.add(String.format("`%s` %s", field.getName(), type(field.getGenericType())));
    }
    for (RecordComponent field : topic.type().getRecordComponents()) {
      if (topic.lane() == Lane.INPUT
          && field.isAnnotationPresent(EventTime.class)
          && field.getType() == long.class) {
        columns.add(String.format("`event_time` AS TO_TIMESTAMP_LTZ(`%s`, 3)", field.getName()));
        columns.add("WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND");
      }
    }
    return columns;
  }

  /** The name of a topic's table. */
  public static String table(Topic<?> topic) {
    return topic.name().replace('.', '_').replace('-', '_');
  }

  private static List<String> options(Topic<?> topic, String bootstrap, String prefix) {
    List<String> options = new ArrayList<>();
    boolean isUpsert = topic.cleanup() == Cleanup.COMPACT;
    options.add(option("connector", isUpsert ? "upsert-kafka" : "kafka"));
    options.add(option("topic", prefix + topic.name()));
    options.add(option("properties.bootstrap.servers", bootstrap));
    options.add(option("properties.isolation.level", "read_committed"));
    if (isUpsert) {
      options.add(option("key.format", "raw"));
      options.add(option("value.format", "json"));
      options.add(option("value.fields-include", topic.lane() == Lane.LIVE ? "EXCEPT_KEY" : "ALL"));
    } else {
      options.add(option("scan.startup.mode", "earliest-offset"));
      options.add(option("format", topic.isRaw() ? "raw" : "json"));
    }
    return options;
  }

  private static String option(String name, String value) {
    return String.format("'%s' = '%s'", name, value.replace("'", "''"));
  }

  private static String type(Type type) {
    if (type instanceof ParameterizedType parameterized) {
      List<String> of =
          Arrays.stream(parameterized.getActualTypeArguments()).map(FlinkSql::type).toList();
      if (parameterized.getRawType() == List.class) {
        return "ARRAY<" + of.get(0) + ">";
      }
      if (parameterized.getRawType() == Map.class) {
        return "MAP<" + of.get(0) + ", " + of.get(1) + ">";
      }
    }
    if (type instanceof Class<?> plain && plain.isEnum()) {
      return "STRING";
    }
    if (type instanceof Class<?> plain && plain.isRecord()) {
      return Arrays.stream(plain.getRecordComponents())
          .map(field -> String.format("`%s` %s", field.getName(), type(field.getGenericType())))
          .collect(Collectors.joining(", ", "ROW<", ">"));
    }
    String name = type instanceof Class<?> plain ? TYPES.get(plain) : null;
    if (name == null) {
      throw new IllegalArgumentException("Flink SQL has no type for " + type.getTypeName());
    }
    return name;
  }
}
