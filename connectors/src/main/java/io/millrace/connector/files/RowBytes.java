package io.millrace.connector.files;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a file into those of its rows, and knows where each begins. Of a row beyond the
 * largest its first bytes are kept, and the rest is passed over.
 *
 * <p><b>Space</b>: the largest row and a block. <b>Time</b>: O(1) a byte.
 */
final class RowBytes implements Closeable {
  /** How rows are told apart. */
  enum Cut {
    /** By line feeds. */
    LINES,
    /** By line feeds outside of quoted cells. */
    QUOTED_LINES,
    /** By commas of a JSON array. */
    ARRAY
  }

  private static final int BLOCK_BYTES = 64 * 1024;
  private static final int FIRST_BYTES = 1024;
  private static final int END = -1;

  /** A byte order mark, which a file may begin with. */
  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream in;
  private final Cut cut;
  private final int maxRowBytes;
  private final byte[] block = new byte[BLOCK_BYTES];

  private int next;
  private int limit;
  private long blockStart;
  private boolean inArray;
  private boolean ended;

  private byte[] row = new byte[FIRST_BYTES];
  private long rowBytes;

  /**
   * Cuts what {@code in} gives.
   *
   * @param offset where in its file that begins; beyond 0 it must be a {@link #position()}
   */
  RowBytes(InputStream in, Cut cut, long offset, int maxRowBytes) {
    this.in = in;
    this.cut = cut;
    this.maxRowBytes = maxRowBytes;
    this.blockStart = offset;
    this.inArray = offset > 0;
  }

  /** Where the next row can be read from. */
  long position() {
    return blockStart + next;
  }

  /** Whether the last row was larger than the largest, so that only its first bytes are known. */
  boolean isCut() {
    return rowBytes > maxRowBytes;
  }

  /**
   * The bytes of the next row that is not blank; null at the end.
   *
   * @throws DamagedFileException where an array is none, or does not end
   */
  byte @Nullable [] next() throws IOException {
    while (!ended) {
      rowBytes = 0;
      boolean isRow =
          switch (cut) {
            case LINES -> line(false);
            case QUOTED_LINES -> line(true);
            case ARRAY -> element();
          };
      if (!isRow) {
        ended = true;
      } else if (cut == Cut.ARRAY || !isBlank()) {
        return Arrays.copyOf(row, kept());
      }
    }
    return null;
  }

  private boolean line(boolean quotes) throws IOException {
    boolean inQuotes = false;
    boolean atCellStart = true;
    int b;
    while ((b = read()) != END) {
      if (b == '\n' && !inQuotes) {
        dropCarriageReturn();
        return true;
      }
      if (quotes && b == '"' && (inQuotes || atCellStart)) {
        // A doubled quote closes and opens again, which comes to the same.
        inQuotes = !inQuotes;
        atCellStart = true;
      } else {
        atCellStart = b == ',';
      }
      keep(b);
    }
    dropCarriageReturn();
    return rowBytes > 0;
  }

  private boolean element() throws IOException {
    if (!inArray) {
      require(pass(), '[');
      inArray = true;
      int b = pass();
      if (b == END) {
        throw endless();
      }
      if (b != ']') {
        unread();
        value();
        return true;
      }
    } else {
      int b = pass();
      if (b == ',') {
        value();
        return true;
      }
      require(b, ']');
    }
    if (pass() != END) {
      throw new DamagedFileException("there is more after the end of the JSON array");
    }
    return false;
  }

  private void value() throws IOException {
    int depth = 0;
    boolean inText = false;
    boolean escaped = false;
    int b;
    while ((b = read()) != END) {
      if (inText) {
        inText = escaped || b != '"';
        escaped = !escaped && b == '\\';
      } else if (depth == 0 && (b == ',' || b == ']')) {
        unread();
        return;
      } else if (b == '"') {
        inText = true;
      } else if (b == '{' || b == '[') {
        depth++;
      } else if ((b == '}' || b == ']') && depth > 0) {
        depth--;
      }
      keep(b);
    }
    throw endless();
  }

  private static DamagedFileException endless() {
    return new DamagedFileException("the JSON array does not end");
  }

  private static void require(int found, char expected) throws DamagedFileException {
    if (found == END) {
      throw endless();
    }
    if (found != expected) {
      throw new DamagedFileException("no " + expected + " where it must be");
    }
  }

  /** The next byte that is not white space. */
  private int pass() throws IOException {
    int b;
    do {
      b = read();
    } while (b == ' ' || b == '\t' || b == '\n' || b == '\r');
    return b;
  }

  /** Gives the last byte back: it is in the block still, which is filled by {@link #read} only. */
  private void unread() {
    next--;
  }

  private int read() throws IOException {
    while (next == limit) {
      boolean isStart = blockStart + limit == 0;
      blockStart += limit;
      next = 0;
      limit = 0;
      // No more at a time than there is, so that rows before what is damaged are not lost with it.
      int read = isStart ? in.readNBytes(block, 0, MARK.length) : in.read(block, 0, block.length);
      if (read <= 0) {
        return END;
      }
      limit = read;
      if (isStart && limit == MARK.length && Arrays.equals(block, 0, limit, MARK, 0, limit)) {
        next = limit;
      }
    }
    return block[next++] & 0xFF;
  }

  private void keep(int b) {
    if (rowBytes < maxRowBytes) {
      if (rowBytes == row.length) {
        row = Arrays.copyOf(row, (int) Math.min(2L * row.length, maxRowBytes));
      }
      row[(int) rowBytes] = (byte) b;
    }
    rowBytes++;
  }

  private int kept() {
    return (int) Math.min(rowBytes, maxRowBytes);
  }

  private void dropCarriageReturn() {
    if (rowBytes > 0 && rowBytes <= maxRowBytes && row[(int) rowBytes - 1] == '\r') {
      rowBytes--;
    }
  }

  private boolean isBlank() {
    for (int i = 0; i < kept(); i++) {
      if (row[i] != ' ' && row[i] != '\t') {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
