package io.millrace.connector.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The forms of files that are written: for the same rows always the same bytes.
 *
 * <p><b>Source</b>: RFC 4180 for CSV, in UTF-8. <b>Space</b>: a row.
 */
public enum ExportFormat {
  /** A JSON object a line, as it came. */
  JSONL {
    @Override
    public long write(Iterable<byte[]> rows, List<String> columns, OutputStream out)
        throws IOException {
      long count = 0;
      for (byte[] row : rows) {
        out.write(row, 0, row.length);
        out.write('\n');
        count++;
      }
      return count;
    }
  },

  /**
   * The columns' names, then a line for each row. An absent field is an empty cell, an empty text a
   * quoted one, an object or array its JSON.
   */
  CSV {
    @Override
    public long write(Iterable<byte[]> rows, List<String> columns, OutputStream out)
        throws IOException {
      Column[] read = columns.stream().map(Column::of).toArray(Column[]::new);
      @Nullable String[] cells = columns.toArray(new String[0]);
      out.write(line(cells));
      long count = 0;
      for (byte[] row : rows) {
        JsonNode fields = JSON.readTree(row);
        for (int i = 0; i < read.length; i++) {
          cells[i] = read[i].text(fields);
        }
        out.write(line(cells));
        count++;
      }
      return count;
    }
  };

  private static final ObjectReader JSON = JsonMapper.builder().build().reader();

  /**
   * Writes rows.
   *
   * @param rows JSON objects in UTF-8
   * @param columns of a form that has columns: a field, or {@code field.name} for what an object in
   *     a field calls so
   * @param out stays open
   * @return how many there were
   */
  public abstract long write(Iterable<byte[]> rows, List<String> columns, OutputStream out)
      throws IOException;

  /** What it is called, and its files end in. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The field that a column shows. */
  public static String field(String column) {
    int dot = column.indexOf('.');
    return dot < 0 ? column : column.substring(0, dot);
  }

  /** A line of cells; null for an empty one. */
  private static byte[] line(@Nullable String[] cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.length; i++) {
      String cell = cells[i];
      line.append(i == 0 ? "" : ",");
      if (cell == null) {
        // A blank line would be no row.
        line.append(cells.length == 1 ? "\"\"" : "");
      } else if (mustBeQuoted(cell)) {
        line.append('"').append(cell.replace("\"", "\"\"")).append('"');
      } else {
        line.append(cell);
      }
    }
    return line.append("\r\n").toString().getBytes(UTF_8);
  }

  private static boolean mustBeQuoted(String cell) {
    for (int i = 0; i < cell.length(); i++) {
      char c = cell.charAt(i);
      if (c == ',' || c == '"' || c == '\r' || c == '\n') {
        return true;
      }
    }
    return cell.isEmpty();
  }

  /** What of a row is in a cell. */
  private record Column(String field, @Nullable String name) {
    static Column of(String column) {
      String field = ExportFormat.field(column);
      return new Column(
          field, column.length() == field.length() ? null : column.substring(field.length() + 1));
    }

    private static @Nullable JsonNode of(@Nullable JsonNode object, String name) {
      return object == null ? null : object.get(name);
    }

    @Nullable String text(JsonNode fields) {
      JsonNode found = of(fields, field);
      JsonNode value = name == null ? found : of(found, name);
      if (value == null || value.isNull()) {
        return null;
      }
      return value.isContainerNode() ? value.toString() : value.asText();
    }
  }
}
