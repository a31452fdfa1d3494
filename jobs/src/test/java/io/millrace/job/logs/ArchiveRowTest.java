package io.millrace.job.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.millrace.connector.archive.Archive;
import io.millrace.connector.archive.ArchiveOptions;
import io.millrace.operator.logs.LogLine;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.JsonOutput;
import io.millrace.schema.logs.LineArchived;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.functions.DefaultOpenContext;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of the archive, of which lines are had back. */
class ArchiveRowTest {
  private static final long AT = 1_769_850_000_000L;

  private static LogLine line(byte @Nullable [] value) {
    return new LogLine("web", "logs.raw", 3, 17, AT, null, value, Map.of(), false);
  }

  private static void assertHadBack(byte @Nullable [] value, LineArchived row) throws Exception {
    FromArchive back = new FromArchive();
    back.open(DefaultOpenContext.INSTANCE);
    String json = new String(JsonCodec.of(LineArchived.class).encode(row), UTF_8);
    assertThat(written(line(value))).isEqualTo(json);
    LogLine line = back.map(json);
    assertThat(line.value()).isEqualTo(value);
    assertThat(line.source()).isEqualTo("web");
    assertThat(line.timestamp()).isEqualTo(AT);
    assertThat(line.offset()).isEqualTo(17);
  }

  @Test
  void row_hasTheTextOfItsBytes_orTheirBase64_orNeither() throws Exception {
    byte[] text = "a \u00E4\n\tb".getBytes(UTF_8);
    byte[] bytes = {'a', (byte) 0xFF, 0};
    LineArchived ofText = new ArchiveRow().apply(line(text));
    LineArchived ofBytes = new ArchiveRow().apply(line(bytes));
    LineArchived ofNone = new ArchiveRow().apply(line(null));

    assertThat(ofText)
        .isEqualTo(new LineArchived("web", "a \u00E4\n\tb", null, AT, "logs.raw", 3, 17));
    assertThat(ofBytes).isEqualTo(new LineArchived("web", null, "Yf8A", AT, "logs.raw", 3, 17));
    assertThat(ofNone).isEqualTo(new LineArchived("web", null, null, AT, "logs.raw", 3, 17));
    assertHadBack(text, ofText);
    assertHadBack(bytes, ofBytes);
    assertHadBack(null, ofNone);
  }

  private static String written(LogLine line) throws IOException {
    JsonOutput out = new JsonOutput();
    new ArchiveRow().write(line, out);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    out.writeTo(written);
    return written.toString(UTF_8);
  }

  @Test
  void line_ofAnyBytes_isWrittenAsItsRow() throws Exception {
    Random random = new Random(7);
    byte[] some = "{\"a\":\"b\\\n\t é\uD83D\uDE00\"}".getBytes(UTF_8);
    JsonCodec<LineArchived> codec = JsonCodec.of(LineArchived.class);
    for (int i = 0; i < 5_000; i++) {
      byte[] value = new byte[random.nextInt(100)];
      int changed = random.nextInt(value.length + 1);
      for (int at = 0; at < value.length; at++) {
        value[at] = i % 2 == 0 && at == changed ? (byte) random.nextInt() : some[at % some.length];
      }
      LogLine line =
          new LogLine("é\"" + i, "logs.raw", i, 1L << i % 63, -i, null, value, Map.of(), false);
      assertThat(written(line))
          .isEqualTo(new String(codec.encode(new ArchiveRow().apply(line)), UTF_8));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "parquet"})
  void rows_haveAFormInEachFormat(String format) {
    Configuration options =
        new Configuration()
            .set(ArchiveOptions.ARCHIVE, "/archive")
            .set(ArchiveOptions.ARCHIVE_FORMAT, format);
    assertThatCode(
            () ->
                Archive.of(
                    options,
                    "logs.raw",
                    LineArchived.class,
                    new ArchiveRow(),
                    new ArchiveRow(),
                    LogLine::timestamp))
        .doesNotThrowAnyException();
  }
}
