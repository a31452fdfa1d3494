package io.millrace.connector.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a file of Parquet, each as a JSON object without the columns that it has nothing in.
 * Columns are texts, numbers and booleans; Parquet's own reader of whole records needs Hadoop.
 *
 * <p><b>Space</b>: the compressed bytes of a row group, and a page of each column.
 */
final class ParquetLines implements Closeable {
  private static final JsonFactory JSON = new JsonFactory();

  private final FSDataInputStream file;
  private final long length;
  private final FileMetaData footer;
  private final MessageType schema;
  private final List<Cell> cells = new ArrayList<>();

  private List<ColumnReader> columns = List.of();
  private int groups;
  private long left;
  private long rows;

  /**
   * The rows of a file, from the first one on.
   *
   * @throws IOException where it can't be read, is no file of Parquet, or has other columns
   */
  static ParquetLines open(Path path) throws IOException {
    FileSystem files = path.getFileSystem();
    long length = files.getFileStatus(path).getLen();
    FSDataInputStream file = files.open(path);
    try {
      return new ParquetLines(file, length);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private ParquetLines(FSDataInputStream file, long length) throws IOException {
    this.file = file;
    this.length = length;
    try {
      this.footer = ParquetFiles.footer(file, length, false);
      this.schema = schema(footer.getSchema());
    } catch (RuntimeException e) {
      throw damaged(e);
    }
    schema.getFields().forEach(field -> cells.add(new Cell(field.getName())));
  }

  private static IOException damaged(RuntimeException e) {
    return new IOException("the file is damaged: " + e.getMessage(), e);
  }

  private static MessageType schema(List<SchemaElement> elements) throws IOException {
    List<org.apache.parquet.schema.Type> fields = new ArrayList<>();
    for (SchemaElement element : elements.subList(1, elements.size())) {
      if (!element.isSetType()
          || element.getRepetition_type() == FieldRepetitionType.REPEATED
          || elements.get(0).getNum_children() != elements.size() - 1) {
        throw other(element, "is a list, a map or an object");
      }
      PrimitiveTypeName type =
          switch (element.getType()) {
            case BOOLEAN -> PrimitiveTypeName.BOOLEAN;
            case INT32 -> PrimitiveTypeName.INT32;
            case INT64 -> PrimitiveTypeName.INT64;
            case DOUBLE -> PrimitiveTypeName.DOUBLE;
            case BYTE_ARRAY -> PrimitiveTypeName.BINARY;
            default -> throw other(element, "is of the type " + element.getType());
          };
      boolean isText =
          element.getConverted_type() == ConvertedType.UTF8
              || element.getConverted_type() == ConvertedType.ENUM;
      if (type == PrimitiveTypeName.BINARY && !isText) {
        throw other(element, "has bytes that are no text");
      }
      fields.add(
          new PrimitiveType(
              element.getRepetition_type() == FieldRepetitionType.REQUIRED
                  ? Repetition.REQUIRED
                  : Repetition.OPTIONAL,
              type,
              element.getName()));
    }
    return new MessageType(elements.get(0).getName(), fields);
  }

  private static IOException other(SchemaElement element, String how) {
    return new IOException(
        "the column "
            + element.getName()
            + " "
            + how
            + "; only texts, numbers and booleans are read back from Parquet");
  }

  /**
   * The next row.
   *
   * @return null after the last one
   * @throws IOException where the file can't be read, or is damaged
   */
  @Nullable String next() throws IOException {
    try {
      while (left == 0) {
        if (groups == footer.getRow_groupsSize()) {
          if (rows != footer.getNum_rows()) {
            throw new IOException(
                "the file has " + rows + " rows, and says that it has " + footer.getNum_rows());
          }
          return null;
        }
        open(footer.getRow_groups().get(groups));
        groups++;
      }
      left--;
      rows++;
      return row();
    } catch (RuntimeException e) {
      throw damaged(e);
    }
  }

  private String row() throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      for (int i = 0; i < columns.size(); i++) {
        ColumnReader column = columns.get(i);
        if (column.getCurrentDefinitionLevel() == column.getDescriptor().getMaxDefinitionLevel()) {
          column.writeCurrentValueToConverter();
          cells.get(i).writeTo(json);
        }
        column.consume();
      }
      json.writeEndObject();
    }
    return text.toString();
  }

  private void open(RowGroup group) throws IOException {
    Map<String, PageReader> pages = new HashMap<>();
    for (ColumnChunk chunk : group.getColumns()) {
      ColumnMetaData column = chunk.getMeta_data();
      if (column.getNum_values() != group.getNum_rows()) {
        throw new IOException("a column has other rows than its row group");
      }
      pages.put(String.join(".", column.getPath_in_schema()), pages(column));
    }
    ColumnReadStoreImpl store =
        new ColumnReadStoreImpl(
            new Group(pages, group.getNum_rows()), new Row(cells), schema, footer.getCreated_by());
    List<ColumnReader> opened = new ArrayList<>();
    for (ColumnDescriptor column : schema.getColumns()) {
      opened.add(store.getColumnReader(column));
    }
    columns = opened;
    left = group.getNum_rows();
  }

  private ParquetPages pages(ColumnMetaData column) throws IOException {
    long from = column.getData_page_offset();
    if (column.isSetDictionary_page_offset() && column.getDictionary_page_offset() > 0) {
      from = Math.min(from, column.getDictionary_page_offset());
    }
    long bytes = column.getTotal_compressed_size();
    if (from < 0 || bytes < 0 || bytes > Integer.MAX_VALUE || from + bytes > length) {
      throw new IOException("the footer names bytes that the file does not have");
    }
    file.seek(from);
    byte[] read = file.readNBytes((int) bytes);
    if (read.length < bytes) {
      throw new EOFException("the file ends within a row group");
    }
    return new ParquetPages(column, read);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** The pages of a row group, by the names of their columns. */
  private record Group(Map<String, PageReader> pages, long getRowCount) implements PageReadStore {
    @Override
    public PageReader getPageReader(ColumnDescriptor column) {
      PageReader found = pages.get(String.join(".", column.getPath()));
      if (found == null) {
        throw new IllegalStateException("no pages of the column " + column);
      }
      return found;
    }
  }

  /** Takes the values of a row. */
  private static final class Row extends GroupConverter {
    private final List<Cell> cells;

    Row(List<Cell> cells) {
      this.cells = cells;
    }

    @Override
    public Converter getConverter(int field) {
      return cells.get(field);
    }

    @Override
    public void start() {
      // Its values are taken one by one.
    }

    @Override
    public void end() {
      // As above.
    }
  }

  /** Takes a value. */
  private static final class Cell extends PrimitiveConverter {
    private final String name;
    private Object value = "";

    Cell(String name) {
      this.name = name;
    }

    @Override
    public void addBinary(Binary text) {
      value = text.toStringUsingUTF8();
    }

    @Override
    public void addBoolean(boolean is) {
      value = is;
    }

    @Override
    public void addDouble(double number) {
      value = number;
    }

    @Override
    public void addInt(int number) {
      value = (long) number;
    }

    @Override
    public void addLong(long number) {
      value = number;
    }

    void writeTo(JsonGenerator json) throws IOException {
      json.writeFieldName(name);
      if (value instanceof Long number) {
        json.writeNumber(number);
      } else if (value instanceof Double number) {
        json.writeNumber(number);
      } else if (value instanceof Boolean is) {
        json.writeBoolean(is);
      } else {
        json.writeString((String) value);
      }
    }
  }
}
