package io.millrace.job.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.connector.files.ExportFormat;
import io.millrace.connector.files.ExportedFile;
import io.millrace.connector.lane.RecordOrigin;
import io.millrace.operator.export.RowWindow;
import io.millrace.operator.export.WindowRow;
import io.millrace.schema.Topic;
import io.millrace.schema.codec.EventTimes;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.files.FileExported;
import io.millrace.schema.lane.LateArrived;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.java.tuple.Tuple2;

/** Turns records into rows of windows, and windows into names and rows of topics. */
final class ExportRows {
  private static final long SECOND_MILLIS = 1_000;
  private static final DateTimeFormatter SECONDS = formatter("uuuuMMdd'T'HHmmss'Z'");
  private static final DateTimeFormatter MILLIS = formatter("uuuuMMdd'T'HHmmss.SSS'Z'");

  private ExportRows() {}

  private static DateTimeFormatter formatter(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
  }

  /** The name of a window's file: the same whenever it is written. */
  static String fileName(RowWindow window, ExportFormat format, boolean gzip) {
    boolean isOfSeconds = window.start() % SECOND_MILLIS == 0 && window.end() % SECOND_MILLIS == 0;
    DateTimeFormatter times = isOfSeconds ? SECONDS : MILLIS;
    String part = window.parts() == 1 ? "" : "-" + (window.part() + 1) + "of" + window.parts();
    return window.stream()
        + "-"
        + times.format(Instant.ofEpochMilli(window.start()))
        + "-"
        + times.format(Instant.ofEpochMilli(window.end()))
        + part
        + "."
        + format.code()
        + (gzip ? ".gz" : "");
  }

  /** What the topic of files says of one that was written. */
  static FileExported exported(String topic, ExportedFile file) {
    return new FileExported(
        file.name(),
        topic,
        file.windowStart(),
        file.windowEnd(),
        file.rows(),
        file.bytes(),
        file.sha256());
  }

  /** The file that is to be released. */
  static ExportedFile written(FileExported file) {
    return new ExportedFile(
        file.file(),
        file.rows(),
        file.bytes(),
        file.sha256(),
        file.windowStart(),
        file.windowEnd());
  }

  static LateArrived late(Tuple2<WindowRow, Long> late) {
    WindowRow row = late.f0;
    return new LateArrived(row.stream(), row.at(), late.f1, new String(row.value(), UTF_8));
  }

  /** Makes rows of a topic's records: their canonical JSON. */
  static final class ToRow<T extends Record>
      extends RichMapFunction<Tuple2<T, RecordOrigin>, WindowRow> {
    private static final long serialVersionUID = 1L;

    private final String topic;
    private final Class<T> type;

    private transient JsonCodec<T> codec;
    private transient ToLongFunction<T> eventTime;

    ToRow(Topic<T> topic) {
      this.topic = topic.name();
      this.type = topic.type();
    }

    @Override
    public void open(OpenContext context) {
      codec = JsonCodec.of(type);
      eventTime = EventTimes.of(type);
    }

    @Override
    public WindowRow map(Tuple2<T, RecordOrigin> value) {
      return new WindowRow(
          topic,
          eventTime.applyAsLong(value.f0),
          value.f1.partition(),
          value.f1.offset(),
          codec.encode(value.f0));
    }
  }
}
