package io.millrace.operator.logline;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads comma-separated values under a declared header. An empty cell is an absent field. A record
 * with another number of cells is refused, and one that repeats the header is passed over.
 *
 * <p><b>Source</b>: RFC 4180.
 */
final class CsvFormat implements LineParser.Format {
  private final String header;
  private final List<String> columns;
  private final NamedFields names;

  /** A cell: its text, and where that is. */
  private record Cell(String text, int position) {}

  /**
   * For a source.
   *
   * @throws IllegalArgumentException where its header has no columns, or two of one name
   */
  CsvFormat(LineSource source, TimeText times) {
    header = source.header();
    names = new NamedFields(source, times);
    try {
      columns = cells(header).stream().map(cell -> cell.text().strip()).toList();
    } catch (LineException e) {
      throw new IllegalArgumentException("the header is no row of CSV: " + e.getMessage(), e);
    }
    if (header.isBlank() || new HashSet<>(columns).size() < columns.size()) {
      throw new IllegalArgumentException("the header must name every column, and each once");
    }
  }

  @Override
  public @Nullable ParsedLine read(String text, long arrivedAt) throws LineException {
    if (text.equals(header)) {
      return null;
    }
    List<Cell> cells = cells(text);
    if (cells.size() != columns.size()) {
      throw new LineException(
          LineFault.INVALID_LINE,
          text.length(),
          String.format("expected %d cells, found %d", columns.size(), cells.size()));
    }
    names.begin();
    for (int i = 0; i < cells.size(); i++) {
      if (!cells.get(i).text().isEmpty()) {
        names.add(names.named(columns.get(i)), cells.get(i).text(), cells.get(i).position());
      }
    }
    return names.record(arrivedAt);
  }

  private static List<Cell> cells(String text) throws LineException {
    List<Cell> cells = new ArrayList<>();
    int at = 0;
    while (true) {
      int start = at;
      if (at < text.length() && text.charAt(at) == '"') {
        StringBuilder cell = new StringBuilder();
        at = quoted(text, at + 1, cell);
        cells.add(new Cell(cell.toString(), start));
      } else {
        while (at < text.length() && text.charAt(at) != ',') {
          if (text.charAt(at) == '"') {
            throw new LineException(LineFault.INVALID_LINE, at, "expected no quote in a cell");
          }
          at++;
        }
        cells.add(new Cell(text.substring(start, at), start));
      }
      if (at == text.length()) {
        return cells;
      }
      if (text.charAt(at) != ',') {
        throw new LineException(LineFault.INVALID_LINE, at, "expected a comma after a cell");
      }
      at++;
    }
  }

  /** Reads a cell in quotes, and gives where it ends. */
  private static int quoted(String text, int from, StringBuilder cell) throws LineException {
    for (int at = from; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c != '"') {
        cell.append(c);
      } else if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
        cell.append('"');
        at++;
      } else {
        return at + 1;
      }
    }
    throw new LineException(LineFault.INVALID_LINE, text.length(), "expected the end of a quote");
  }
}
