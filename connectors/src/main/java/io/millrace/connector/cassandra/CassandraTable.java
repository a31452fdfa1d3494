package io.millrace.connector.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table, as far as it is written.
 *
 * @param keyspace where it is
 * @param name its name
 * @param key the columns of its primary key, in the order of the key
 * @param others the columns beside them
 * @param schemaFile the file of this module that creates it, for messages
 */
public record CassandraTable(
    String keyspace, String name, List<Column> key, List<Column> others, String schemaFile)
    implements Serializable {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,47}");

  /**
   * Checks the names, which become part of statements as they are.
   *
   * @throws IllegalArgumentException where a name is not one of small letters, digits and _, or a
   *     column comes twice, or there is no key
   */
  public CassandraTable {
    key = List.copyOf(key);
    others = List.copyOf(others);
    List<String> names = new ArrayList<>(List.of(keyspace, name));
    Stream.concat(key.stream(), others.stream()).forEach(column -> names.add(column.name));
    for (String each : names) {
      if (!isName(each)) {
        throw new IllegalArgumentException(
            "names of keyspaces, tables and columns are of small letters, digits and _, a letter"
                + " first, at most 48: "
                + each);
      }
    }
    List<String> columns = names.subList(2, names.size());
    if (key.isEmpty() || new HashSet<>(columns).size() < columns.size()) {
      throw new IllegalArgumentException(
          "a table has a key, and each of its columns once: " + keyspace + "." + name);
    }
  }

  /**
   * A column.
   *
   * @param name its name
   * @param type its type in CQL, such as {@code text}
   */
  public record Column(String name, String type) implements Serializable {}

  /**
   * A row of this table.
   *
   * @param version when it was written, in microseconds since 1970, by the data; the greatest stays
   * @param values those of the key, then those of the others, in their order
   */
  public CassandraRow row(long version, @Nullable Object... values) {
    return new CassandraRow(this, version, Arrays.asList(values));
  }

  /** Its name with that of its keyspace. */
  String qualifiedName() {
    return keyspace + "." + name;
  }

  List<Column> columns() {
    return Stream.concat(key.stream(), others.stream()).toList();
  }

  /** The statement that writes a row: its values in the order of the columns, then its time. */
  String insert() {
    List<Column> columns = columns();
    return String.format(
        "INSERT INTO %s (%s) VALUES (%s) USING TIMESTAMP ?",
        qualifiedName(),
        columns.stream().map(Column::name).collect(Collectors.joining(", ")),
        String.join(", ", Collections.nCopies(columns.size(), "?")));
  }

  /** Whether it may stand in a statement as it is. */
  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  static boolean isOfType(Column column, DataType type) {
    return type.asCql(true, false).equals(column.type);
  }
}
