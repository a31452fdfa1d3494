package io.millrace.job.files;

import io.millrace.connector.files.ExportFormat;
import io.millrace.connector.files.ExportedFile;
import io.millrace.connector.files.FileDelivery;
import io.millrace.connector.files.FileLocation;
import io.millrace.operator.export.RowWindow;
import io.millrace.operator.export.WindowWriter;
import io.millrace.schema.files.FileExported;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.metrics.Counter;
import org.jspecify.annotations.Nullable;

/** Writes the rows of windows to files that are not released yet. */
final class ExportWriter implements WindowWriter<FileExported> {
  private static final long serialVersionUID = 1L;

  private final FileLocation location;
  private final ExportFormat format;
  private final boolean gzip;
  private final Map<String, List<String>> columns;

  private transient @Nullable FileDelivery delivery;

  /**
   * Writes to a location.
   *
   * @param columns those of each topic
   */
  ExportWriter(
      FileLocation location, ExportFormat format, boolean gzip, Map<String, List<String>> columns) {
    this.location = location;
    this.format = format;
    this.gzip = gzip;
    this.columns = Map.copyOf(columns);
  }

  @Override
  public void open(RuntimeContext context) throws IOException {
    Counter retries = context.getMetricGroup().counter("numFileRetries");
    FileDelivery opened = new FileDelivery(location, retries::inc);
    delivery = opened;
    opened.check();
  }

  @Override
  public FileExported write(RowWindow window, Iterable<byte[]> rows) throws IOException {
    FileDelivery opened = delivery;
    if (opened == null) {
      throw new IllegalStateException("written before it is opened");
    }
    // Rows of a topic that is read no more are whole.
    List<String> shown = columns.getOrDefault(window.stream(), List.of());
    ExportFormat form = shown.isEmpty() ? ExportFormat.JSONL : format;
    ExportedFile file =
        opened.upload(
            ExportRows.fileName(window, form, gzip),
            gzip,
            window.start(),
            window.end(),
            out -> form.write(rows, shown, out));
    return ExportRows.exported(window.stream(), file);
  }

  @Override
  public void close() throws IOException {
    if (delivery != null) {
      delivery.close();
    }
  }
}
