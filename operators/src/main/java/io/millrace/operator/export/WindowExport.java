package io.millrace.operator.export;

import io.millrace.operator.state.WindowOperator;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;

/** Rows that are written window by window. */
public final class WindowExport {
  /** Rows that came after their window was written, each with the watermark that it was behind. */
  public static final OutputTag<Tuple2<WindowRow, Long>> LATE = WindowExportFunction.LATE;

  private WindowExport() {}

  /**
   * Adds the operator. What it tells of a window comes out when that was written; {@link #LATE} are
   * the rows that are in none.
   *
   * @param rows rows with event times and watermarks
   * @param uid uid of the operator, unique in the job
   */
  public static <R> SingleOutputStreamOperator<R> of(
      DataStream<WindowRow> rows,
      ExportSpec spec,
      WindowWriter<R> writer,
      TypeInformation<R> type,
      String uid) {
    return rows.keyBy(spec::windowOf, TypeInformation.of(RowWindow.class))
        .transform(
            "Write windows", type, new WindowOperator<>(new WindowExportFunction<>(spec, writer)))
        .uid(uid);
  }
}
