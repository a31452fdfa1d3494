package io.millrace.local.feed;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.millrace.local.feed.TopicFields.Field;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a JSON object of each row of CSV, with the fields that the topic has. An empty cell is an
 * absent field. A row with another number of cells than the header is unreadable.
 *
 * <p><b>Source</b>: RFC 4180.
 */
final class CsvRows implements RowReader {
  private static final ObjectReader CELLS =
      new CsvMapper().readerFor(String[].class).with(CsvParser.Feature.WRAP_AS_ARRAY);
  private static final int ABSENT = -1;

  private final TopicFields fields;
  private final int columns;

  /** The column of each field, or {@link #ABSENT}. */
  private final int[] columnOf;

  private CsvRows(TopicFields fields, int columns, int[] columnOf) {
    this.fields = fields;
    this.columns = columns;
    this.columnOf = columnOf;
  }

  /**
   * A reader for the rows below {@code header}.
   *
   * @throws InputException where the header is unreadable or has no column that a field comes from
   */
  static CsvRows of(byte[] header, TopicFields fields) throws InputException {
    String[] names = cells(header);
    if (names == null) {
      throw new InputException("the first row does not name the columns");
    }
    List<String> columns = Arrays.asList(names);
    if (new HashSet<>(columns).size() < columns.size()) {
      throw new InputException("two columns have one name: " + String.join(", ", columns));
    }
    int[] columnOf = new int[fields.all().size()];
    boolean any = false;
    for (int i = 0; i < columnOf.length; i++) {
      columnOf[i] = column(fields.all().get(i), columns);
      any |= columnOf[i] != ABSENT;
    }
    if (!any) {
      throw new InputException(
          "none of the columns ("
              + String.join(", ", columns)
              + ") is a field; name them with --map <topic>.<field>=<column>");
    }
    return new CsvRows(fields, columns.size(), columnOf);
  }

  @Override
  public byte[] read(byte[] row) {
    String[] cells = cells(row);
    if (cells == null || cells.length != columns) {
      return row;
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < columnOf.length; i++) {
      Field field = fields.all().get(i);
      FieldSource source = field.source();
      String text = "";
      if (source != null && source.literal()) {
        text = source.text();
      } else if (columnOf[i] != ABSENT) {
        text = cells[columnOf[i]];
      }
      if (!text.isEmpty()) {
        object.set(field.name(), fields.value(field.kind(), text));
      }
    }
    byte[] read = RowReader.bytes(object.toString());
    return read == null ? row : read;
  }

  private static int column(Field field, List<String> columns) throws InputException {
    FieldSource source = field.source();
    if (source == null) {
      return columns.indexOf(field.name());
    }
    if (source.literal()) {
      return ABSENT;
    }
    int column = columns.indexOf(source.text());
    if (column == ABSENT) {
      throw new InputException(
          "no column "
              + source.text()
              + " for field "
              + field.name()
              + "; the columns are "
              + String.join(", ", columns)
              + " (a literal keeps its quotes: --map \"<topic>.<field>='<literal>'\")");
    }
    return column;
  }

  /** The cells of one row, or null where it is not one row of CSV in UTF-8. */
  private static String @Nullable [] cells(byte[] row) {
    String text = RowReader.text(row);
    if (text == null) {
      return null;
    }
    try (MappingIterator<String[]> rows = CELLS.readValues(text)) {
      if (!rows.hasNextValue()) {
        return null;
      }
      String[] cells = rows.nextValue();
      return rows.hasNextValue() ? null : cells;
    } catch (IOException e) {
      return null;
    }
  }
}
