package io.millrace.local.feed;

import io.millrace.local.broker.LocalBroker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Splits a stream of bytes into its lines, byte for byte: only the line feed between two lines is
 * left out. A line feed at the very end starts no further line. With {@code quotes} a line feed
 * inside a quoted CSV cell does not end the line.
 *
 * <p><b>Space</b>: the longest line, at most {@link #MAX_LINE_BYTES}.
 */
final class LineSplitter {
  /** The longest accepted line; with key and framing it must fit into one Kafka message. */
  static final int MAX_LINE_BYTES = LocalBroker.MAX_MESSAGE_BYTES - 64 * 1024;

  private static final int CHUNK_BYTES = 64 * 1024;

  private final InputStream in;
  private final boolean quotes;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
  private int position;
  private int limit;
  private long lineFeeds;
  private long firstLine;

  /** Splits {@code in}, which the caller closes. */
  LineSplitter(InputStream in, boolean quotes) {
    this.in = in;
    this.quotes = quotes;
  }

  /** The number, from 1, of the line that the last result of {@link #next} began on. */
  long lineNumber() {
    return firstLine;
  }

  /**
   * The next line, or null at the end.
   *
   * @throws InputException where a line is longer than {@link #MAX_LINE_BYTES}
   */
  byte @Nullable [] next() throws IOException, InputException {
    firstLine = lineFeeds + 1;
    line.reset();
    boolean inQuotes = false;
    boolean cellStart = true;
    boolean any = false;
    while (position < limit || fill()) {
      any = true;
      int start = position;
      int end = -1;
      while (position < limit) {
        byte b = chunk[position++];
        if (b == '\n') {
          lineFeeds++;
          if (!inQuotes) {
            end = position - 1;
            break;
          }
        } else if (quotes) {
          // A doubled quote closes and opens again, which comes to the same.
          if (b == '"' && (inQuotes || cellStart)) {
            inQuotes = !inQuotes;
            cellStart = true;
          } else {
            cellStart = b == ',';
          }
        }
      }
      line.write(chunk, start, (end < 0 ? position : end) - start);
      if (line.size() > MAX_LINE_BYTES) {
        throw new InputException(
            "line "
                + firstLine
                + (inQuotes ? ", where a quote is opened," : "")
                + " is longer than "
                + MAX_LINE_BYTES
                + " bytes");
      }
      if (end >= 0) {
        return line.toByteArray();
      }
    }
    return any ? line.toByteArray() : null;
  }

  private boolean fill() throws IOException {
    limit = in.read(chunk);
    position = 0;
    return limit > 0;
  }
}
