package io.millrace.connector.files;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.millrace.schema.codec.Rejection;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows of CSV. An empty cell is an absent field; a row with another number of cells than there are
 * columns is refused, as is one with a NUL. Cells are data, also those that a spreadsheet would
 * take for formulas. Blank lines are no rows. A quote that is not closed makes the rest of the file
 * one row.
 *
 * <p><b>Source</b>: RFC 4180. <b>Space</b>: the largest row.
 */
final class CsvRows implements RowSource {
  private static final ObjectReader CELLS =
      new CsvMapper().readerFor(String[].class).with(CsvParser.Feature.WRAP_AS_ARRAY);

  private final RowBytes bytes;
  private final String[] columns;

  /** Rows under these columns. */
  CsvRows(RowBytes bytes, List<String> columns) {
    this.bytes = bytes;
    this.columns = columns.toArray(new String[0]);
  }

  /**
   * The columns that the first row names.
   *
   * @throws DamagedFileException where it names none, or two alike
   */
  static List<String> columns(RowBytes bytes) throws IOException {
    byte[] header = bytes.next();
    if (header == null) {
      return List.of();
    }
    if (bytes.isCut()) {
      throw new DamagedFileException("the first row, which names the columns, is too large");
    }
    String text = Texts.utf8(header);
    String[] names = text == null ? null : cells(text);
    if (names == null || Arrays.stream(names).anyMatch(String::isBlank)) {
      throw new DamagedFileException("the first row does not name the columns");
    }
    if (new HashSet<>(Arrays.asList(names)).size() < names.length) {
      throw new DamagedFileException("the first row gives two columns one name");
    }
    return List.of(names);
  }

  @Override
  public @Nullable Row next() throws IOException {
    byte[] raw = bytes.next();
    if (raw == null) {
      return null;
    }
    if (bytes.isCut()) {
      return Row.refused(Rejection.TOO_LARGE, "the row is larger than --max-row", raw);
    }
    String text = Texts.utf8(raw);
    if (text == null) {
      return Row.refused(Rejection.NOT_UTF8, "the row is not UTF-8", raw);
    }
    if (text.indexOf('\0') >= 0) {
      return Row.refused(Rejection.INVALID_LINE, "the row holds the character NUL", raw);
    }
    String[] cells = cells(text);
    if (cells == null) {
      return Row.refused(Rejection.INVALID_LINE, "the row is not CSV", raw);
    }
    if (cells.length != columns.length) {
      return Row.refused(
          Rejection.INVALID_LINE,
          "the row has " + cells.length + " cells under " + columns.length + " columns",
          raw);
    }
    Map<String, String> fields = new LinkedHashMap<>();
    for (int i = 0; i < cells.length; i++) {
      if (!cells[i].isEmpty()) {
        fields.put(columns[i], cells[i]);
      }
    }
    return Texts.row(fields, raw);
  }

  /** The cells of one row, or null where it is not one. */
  private static String @Nullable [] cells(String text) {
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

  @Override
  public long position() {
    return bytes.position();
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
