package io.millrace.connector.archive;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Compresses pages of Parquet with Zstandard, as Parquet's own codec does that needs Hadoop. */
final class ZstdCodecs implements CompressionCodecFactory {
  /** That of Parquet. */
  private static final int LEVEL = 3;

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName name) {
    require(name);
    return new Compressor();
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
    require(name);
    return new Decompressor();
  }

  private static void require(CompressionCodecName name) {
    if (name != CompressionCodecName.ZSTD) {
      throw new IllegalArgumentException("files of an archive are in ZSTD, this one is in " + name);
    }
  }

  private static byte[] bytes(BytesInput input) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(Math.toIntExact(input.size()));
    input.writeAllTo(out);
    return out.toByteArray();
  }

  /**
   * What a page has in it.
   *
   * @param size how many bytes that must be
   * @throws IOException where it is something else
   */
  static byte[] decompressed(byte[] bytes, int size) throws IOException {
    byte[] page = new byte[size];
    long found = Zstd.decompress(page, bytes);
    if (Zstd.isError(found)) {
      throw new IOException("a page is no Zstandard: " + Zstd.getErrorName(found));
    } else if (found != size) {
      throw new IOException("a page has " + found + " bytes, not " + size);
    }
    return page;
  }

  @Override
  public void release() {
    // There is nothing between two pages.
  }

  private static final class Compressor implements BytesInputCompressor {
    @Override
    public BytesInput compress(BytesInput bytes) throws IOException {
      return BytesInput.from(Zstd.compress(bytes(bytes), LEVEL));
    }

    @Override
    public CompressionCodecName getCodecName() {
      return CompressionCodecName.ZSTD;
    }

    @Override
    public void release() {
      // As above.
    }
  }

  private static final class Decompressor implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int size) throws IOException {
      return BytesInput.from(decompressed(bytes(bytes), size));
    }

    @Override
    public void decompress(ByteBuffer in, int compressedSize, ByteBuffer out, int size)
        throws IOException {
      byte[] bytes = new byte[compressedSize];
      in.get(bytes);
      out.put(decompressed(bytes, size));
    }

    @Override
    public void release() {
      // As above.
    }
  }
}
