package io.millrace.job.logs;

import io.millrace.operator.logs.BoardRow;
import io.millrace.schema.codec.JsonCodec;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.util.function.SerializableFunction;

/** Turns rows of results into rows of a live view, where the latest of each id is shown. */
final class LogViews<T extends Record> extends RichMapFunction<T, BoardRow> {
  private static final long serialVersionUID = 1L;

  private final String view;
  private final Class<T> type;
  private final SerializableFunction<T, String> id;
  private final SerializableFunction<T, Long> at;
  private final SerializableFunction<T, Boolean> isThere;

  private transient JsonCodec<T> codec;

  /**
   * For rows of a type.
   *
   * @param at the time of a row; of two with one id the later one counts
   * @param isThere whether a row is shown, else it leaves
   */
  LogViews(
      String view,
      Class<T> type,
      SerializableFunction<T, String> id,
      SerializableFunction<T, Long> at,
      SerializableFunction<T, Boolean> isThere) {
    this.view = view;
    this.type = type;
    this.id = id;
    this.at = at;
    this.isThere = isThere;
  }

  @Override
  public void open(OpenContext context) {
    codec = JsonCodec.of(type);
  }

  @Override
  public BoardRow map(T row) {
    return new BoardRow(
        view,
        id.apply(row),
        at.apply(row),
        isThere.apply(row) ? new String(codec.encode(row), StandardCharsets.UTF_8) : null);
  }
}
