package io.millrace.connector.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExportFormatTest {
  private static List<byte[]> rows(String... rows) {
    return Arrays.stream(rows).map(row -> row.getBytes(UTF_8)).toList();
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n";
  }

  private static String written(ExportFormat format, List<String> columns, List<byte[]> rows)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(format.write(rows, columns, out)).isEqualTo(rows.size());
    return out.toString(UTF_8);
  }

  @Test
  void jsonl_rows_areLinesAsTheyCame() throws IOException {
    assertThat(
            written(ExportFormat.JSONL, List.of("a"), rows("{\"a\":1}", "{\"a\":\"\u00E4\\n\"}")))
        .isEqualTo("{\"a\":1}\n{\"a\":\"\u00E4\\n\"}\n");
    assertThat(written(ExportFormat.JSONL, List.of("a"), rows())).isEmpty();
  }

  @Test
  void csv_cells_areQuotedWhereTheyMustBe() throws IOException {
    assertThat(
            written(
                ExportFormat.CSV,
                List.of("text", "number", "flag"),
                rows(
                    "{\"text\":\"plain\",\"number\":9007199254740993,\"flag\":true}",
                    "{\"text\":\"a,b\",\"number\":-1}",
                    "{\"text\":\"say \\\"a\\\"\\r\\nb\",\"flag\":null}",
                    "{\"text\":\"\",\"number\":1.5}",
                    "{\"other\":1}",
                    "{\"text\":\"=cmd \u00E4\"}")))
        .isEqualTo(
            lines(
                "text,number,flag",
                "plain,9007199254740993,true",
                "\"a,b\",-1,",
                "\"say \"\"a\"\"\r\nb\",,",
                "\"\",1.5,",
                ",,",
                "=cmd \u00E4,,"));
  }

  @Test
  void csv_columnsOfObjects_areWhatTheyCallSoOrJson() throws IOException {
    assertThat(
            written(
                ExportFormat.CSV,
                List.of("fields.id", "fields.a.b", "fields", "list"),
                rows(
                    "{\"fields\":{\"id\":\"7\",\"a.b\":\"x\"},\"list\":[1,2]}",
                    "{\"fields\":\"none\"}",
                    "{}")))
        .isEqualTo(
            lines(
                "fields.id,fields.a.b,fields,list",
                "7,x,\"{\"\"id\"\":\"\"7\"\",\"\"a.b\"\":\"\"x\"\"}\",\"[1,2]\"",
                ",,none,",
                ",,,"));
    assertThat(ExportFormat.field("fields.a.b")).isEqualTo("fields");
    assertThat(ExportFormat.field("at")).isEqualTo("at");
  }

  @Test
  void csv_oneColumnThatIsAbsent_isNoBlankLine() throws IOException {
    assertThat(written(ExportFormat.CSV, List.of("a"), rows("{}", "{\"a\":1}")))
        .isEqualTo("a\r\n\"\"\r\n1\r\n");
  }

  @Test
  void file_formInCheckpoints_isReadBack() throws IOException {
    ExportedFile file = new ExportedFile("a.csv", 3, 17, "5c0f", -1, Long.MAX_VALUE);
    FileExportSink.Serializer serializer = new FileExportSink.Serializer();

    assertThat(serializer.deserialize(1, serializer.serialize(file))).isEqualTo(file);
    assertThatThrownBy(() -> serializer.deserialize(2, serializer.serialize(file)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 2");
  }
}
