package io.millrace.connector.archive;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.ParquetDecodingException;
import org.jspecify.annotations.Nullable;

/** The pages of one column of one row group, as {@link ParquetFiles#writer} writes them. */
final class ParquetPages implements PageReader {
  private final ColumnMetaData column;
  private final ByteArrayInputStream bytes;
  private final @Nullable DictionaryPage dictionary;

  /** The next page that is no dictionary; null where its header is still to be read. */
  private @Nullable PageHeader next;

  private long read;

  /**
   * Pages.
   *
   * @param column what the footer says of them
   * @param bytes the bytes from their first one on
   * @throws IOException where they are not of such a file
   */
  ParquetPages(ColumnMetaData column, byte[] bytes) throws IOException {
    if (column.getCodec() != CompressionCodec.ZSTD) {
      throw new IOException("files of an archive are in ZSTD, this one is in " + column.getCodec());
    }
    this.column = column;
    this.bytes = new ByteArrayInputStream(bytes);
    PageHeader first = Util.readPageHeader(this.bytes);
    if (first.getType() == PageType.DICTIONARY_PAGE) {
      this.dictionary =
          new DictionaryPage(
              BytesInput.from(content(first)),
              first.getDictionary_page_header().getNum_values(),
              encoding(first.getDictionary_page_header().getEncoding()));
    } else {
      this.dictionary = null;
      this.next = first;
    }
  }

  @Override
  public @Nullable DictionaryPage readDictionaryPage() {
    return dictionary;
  }

  @Override
  public long getTotalValueCount() {
    return column.getNum_values();
  }

  @Override
  public @Nullable DataPage readPage() {
    try {
      while (read < column.getNum_values()) {
        PageHeader header = next == null ? Util.readPageHeader(bytes) : next;
        next = null;
        byte[] content = content(header);
        if (header.getType() == PageType.DATA_PAGE) {
          DataPageHeader data = header.getData_page_header();
          read += data.getNum_values();
          return new DataPageV1(
              BytesInput.from(content),
              data.getNum_values(),
              content.length,
              null,
              encoding(data.getRepetition_level_encoding()),
              encoding(data.getDefinition_level_encoding()),
              encoding(data.getEncoding()));
        }
        throw new IOException("a page is of the kind " + header.getType());
      }
      return null;
    } catch (IOException e) {
      throw new ParquetDecodingException(e.getMessage(), e);
    }
  }

  private byte[] content(PageHeader header) throws IOException {
    int compressed = header.getCompressed_page_size();
    int size = header.getUncompressed_page_size();
    if (compressed < 0
        || compressed > bytes.available()
        || size < 0
        || size > column.getTotal_uncompressed_size()) {
      throw new IOException("a page has " + compressed + " bytes of " + size + ", and can't have");
    }
    return ZstdCodecs.decompressed(bytes.readNBytes(compressed), size);
  }

  private static Encoding encoding(org.apache.parquet.format.Encoding encoding) {
    return Encoding.valueOf(encoding.name());
  }
}
