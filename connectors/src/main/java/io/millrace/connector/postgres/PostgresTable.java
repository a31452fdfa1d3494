package io.millrace.connector.postgres;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table whose rows replace each other by their versions. It needs a primary key or unique
 * constraint of exactly the key columns, and a version column {@code bigint NOT NULL}.
 *
 * @param name its name, with or without a schema, such as {@code ledger.balances}; names are lower
 *     case letters, digits and {@code _}
 * @param key the columns of the key, at least one
 * @param columns the other columns
 * @param version the column of the version
 */
public record PostgresTable(String name, List<Column> key, List<Column> columns, String version)
    implements Serializable {
  private static final Pattern IDENTIFIER = Pattern.compile("[a-z_][a-z0-9_]{0,62}");
  private static final int MAX_NAME_PARTS = 2;

  /**
   * One column.
   *
   * @param name its name
   * @param type what it holds
   */
  public record Column(String name, PostgresType type) implements Serializable {
    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException where it is no name
     */
    public Column {
      requireIdentifier(name);
    }
  }

  /**
   * Checks the names.
   *
   * @throws IllegalArgumentException where one is no name or comes twice, or the key is empty or of
   *     bytes
   */
  public PostgresTable {
    String[] parts = name.split("\\.", -1);
    if (parts.length > MAX_NAME_PARTS) {
      throw new IllegalArgumentException("not a table of PostgreSQL: " + name);
    }
    for (String part : parts) {
      requireIdentifier(part);
    }
    requireIdentifier(version);
    key = List.copyOf(key);
    columns = List.copyOf(columns);
    if (key.isEmpty() || key.stream().anyMatch(column -> column.type() == PostgresType.BYTES)) {
      throw new IllegalArgumentException(
          "table " + name + " needs at least one key column, and none of bytes");
    }
    Set<String> names = new HashSet<>(Set.of(version));
    for (Column column : concat(key, columns)) {
      if (!names.add(column.name())) {
        throw new IllegalArgumentException(
            "table " + name + " has two columns of the name " + column.name());
      }
    }
  }

  /**
   * A row of the table.
   *
   * @param key the values of the key columns, none of them null
   * @param version the greatest stays
   * @param values the values of the other columns; null for none
   * @throws IllegalArgumentException where there are not as many as columns, or one has not the
   *     class of its column
   */
  public PostgresRow row(List<?> key, long version, @Nullable Object... values) {
    check(this.key, key);
    check(columns, Arrays.asList(values));
    for (Object part : key) {
      if (part == null) {
        throw new IllegalArgumentException("a key of table " + name + " has no value");
      }
    }
    return new PostgresRow(new ArrayList<>(key), version, Arrays.asList(values));
  }

  /** All columns but that of the version, the key first. */
  List<Column> valueColumns() {
    return concat(key, columns);
  }

  /**
   * The statement that writes a batch of rows, of which each parameter is one column as an array;
   * the version is the last.
   */
  String upsert() {
    List<Column> all = new ArrayList<>(valueColumns());
    all.add(new Column(version, PostgresType.BIGINT));
    String set =
        Stream.concat(columns.stream().map(Column::name), Stream.of(version))
            .map(column -> quoted(column) + " = excluded." + quoted(column))
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "INSERT INTO %1$s AS stored (%2$s) SELECT * FROM unnest(%3$s) ON CONFLICT (%4$s)"
            + " DO UPDATE SET %5$s WHERE excluded.%6$s > stored.%6$s",
        quotedName(),
        all.stream().map(column -> quoted(column.name())).collect(Collectors.joining(", ")),
        all.stream()
            .map(column -> "?::" + column.type().sql() + "[]")
            .collect(Collectors.joining(", ")),
        key.stream().map(column -> quoted(column.name())).collect(Collectors.joining(", ")),
        set,
        quoted(version));
  }

  private String quotedName() {
    return Stream.of(name.split("\\.", -1))
        .map(PostgresTable::quoted)
        .collect(Collectors.joining("."));
  }

  private void check(List<Column> expected, List<?> values) {
    if (values.size() != expected.size()) {
      throw new IllegalArgumentException(
          String.format(
              "table %s has %d such columns, not %d", name, expected.size(), values.size()));
    }
    for (int i = 0; i < values.size(); i++) {
      Column column = expected.get(i);
      if (values.get(i) != null && !column.type().javaClass().isInstance(values.get(i))) {
        throw new IllegalArgumentException(
            String.format(
                "column %s of table %s takes a %s, not a %s",
                column.name(),
                name,
                column.type().javaClass().getSimpleName(),
                values.get(i).getClass().getSimpleName()));
      }
    }
  }

  private static List<Column> concat(List<Column> first, List<Column> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private static String quoted(String identifier) {
    return '"' + identifier + '"';
  }

  private static void requireIdentifier(String name) {
    if (!IDENTIFIER.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "not a name of PostgreSQL that is taken here (" + IDENTIFIER + "): " + name);
    }
  }
}
