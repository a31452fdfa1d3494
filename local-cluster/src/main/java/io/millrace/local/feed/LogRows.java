package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.LineReader;
import io.millrace.schema.codec.RejectedException;

/** Reads log lines with the reader of their topic. */
final class LogRows<T extends Record> implements RowReader {
  private final LineReader<T> lines;
  private final JsonCodec<T> codec;

  private LogRows(LineReader<T> lines, JsonCodec<T> codec) {
    this.lines = lines;
    this.codec = codec;
  }

  static <T extends Record> LogRows<T> of(Topic<T> topic) {
    return new LogRows<>(topic.lines().orElseThrow(), topic.codec());
  }

  @Override
  public byte[] read(byte[] row) {
    String text = RowReader.text(row);
    if (text == null) {
      return row;
    }
    try {
      return codec.encode(lines.read(text.endsWith("\r") ? withoutLast(text) : text));
    } catch (RejectedException e) {
      return row;
    }
  }

  private static String withoutLast(String text) {
    return text.substring(0, text.length() - 1);
  }
}
