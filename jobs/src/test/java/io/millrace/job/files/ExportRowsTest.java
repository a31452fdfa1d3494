package io.millrace.job.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connector.files.ExportFormat;
import io.millrace.operator.export.RowWindow;
import org.junit.jupiter.api.Test;

class ExportRowsTest {
  private static final long START = 1_769_850_000_000L;

  @Test
  void fileName_window_saysTopicTimesAndPart() {
    assertThat(
            ExportRows.fileName(
                new RowWindow("web.requests", START, START + 3_600_000, 0, 1),
                ExportFormat.JSONL,
                false))
        .isEqualTo("web.requests-20260131T090000Z-20260131T100000Z.jsonl");
    assertThat(
            ExportRows.fileName(
                new RowWindow("web.requests", START, START + 1, 1, 12), ExportFormat.CSV, true))
        .isEqualTo("web.requests-20260131T090000.000Z-20260131T090000.001Z-2of12.csv.gz");
  }
}
