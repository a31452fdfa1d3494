package io.millrace.connector.files;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Opens the rows of files, at their start or where an earlier reader was.
 *
 * <p>Plain CSV and JSON go on at the byte where the next row begins; of CSV the first row is read
 * again for its columns. XML and archives are read again from their start, and the rows that were
 * read are passed over.
 */
final class FileRows {
  private final FormatSpec spec;

  FileRows(FormatSpec spec) {
    this.spec = spec;
  }

  /** Opens the bytes of a file from an offset on. */
  interface Bytes {
    InputStream from(long offset) throws IOException;
  }

  /**
   * The rows of a file.
   *
   * @param position {@link RowSource#position()} of an earlier reader, or 0
   * @param row how many rows that one had read
   */
  RowSource open(String name, Bytes bytes, long position, long row) throws IOException {
    if (position > 0) {
      FileFormat format = format(name);
      List<String> columns = format == FileFormat.CSV ? columns(bytes) : List.of();
      return cut(format, bytes.from(position), position, columns);
    }
    InputStream in = bytes.from(0);
    try {
      RowSource rows = fromStart(name, in);
      for (long passed = 0; passed < row; passed++) {
        if (rows.next() == null) {
          throw new DamagedFileException("the file has fewer rows than were read of it");
        }
      }
      return rows;
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private RowSource fromStart(String name, InputStream in) throws IOException {
    if (Unpacked.isZip(name)) {
      return new Unpacked.ZipRows(in, spec.limits(), this::nested);
    } else if (Unpacked.isGzip(name)) {
      return whole(format(name), Unpacked.gzip(in, spec.limits()));
    }
    FileFormat format = format(name);
    if (format == FileFormat.XML) {
      return whole(format, in);
    }
    return cut(format, in, 0, spec.columns());
  }

  private RowSource nested(String name, InputStream in) throws IOException {
    if (Unpacked.isZip(name) || Unpacked.isGzip(name)) {
      throw new DamagedFileException("an archive in an archive is refused");
    }
    return whole(format(name), in);
  }

  /** Rows that can only be read from the start. */
  private RowSource whole(FileFormat format, InputStream in) throws IOException {
    RowSource rows =
        format == FileFormat.XML
            ? new XmlRows(in, spec.recordElement(), spec.maxRowBytes())
            : cut(format, in, 0, spec.columns());
    return new RowSource() {
      @Override
      public @Nullable Row next() throws IOException {
        return rows.next();
      }

      @Override
      public void close() throws IOException {
        rows.close();
      }
    };
  }

  private RowSource cut(FileFormat format, InputStream in, long offset, List<String> columns)
      throws IOException {
    RowBytes rows = new RowBytes(in, cutOf(format), offset, spec.maxRowBytes());
    if (format != FileFormat.CSV) {
      return new JsonRows(rows);
    }
    return new CsvRows(rows, columns.isEmpty() ? CsvRows.columns(rows) : columns);
  }

  private List<String> columns(Bytes bytes) throws IOException {
    if (!spec.columns().isEmpty()) {
      return spec.columns();
    }
    try (RowBytes head =
        new RowBytes(bytes.from(0), RowBytes.Cut.QUOTED_LINES, 0, spec.maxRowBytes())) {
      return CsvRows.columns(head);
    }
  }

  private static RowBytes.Cut cutOf(FileFormat format) {
    return switch (format) {
      case CSV -> RowBytes.Cut.QUOTED_LINES;
      case JSONL -> RowBytes.Cut.LINES;
      case JSON -> RowBytes.Cut.ARRAY;
      case XML -> throw new IllegalArgumentException("XML is not cut by its bytes");
    };
  }

  private FileFormat format(String name) throws DamagedFileException {
    FileFormat format = spec.format() == null ? FileFormat.ofName(name) : spec.format();
    if (format == null) {
      throw new DamagedFileException(
          "its name says no format; give --format, or end it with .csv, .jsonl, .json or .xml");
    }
    return format;
  }
}
