package io.millrace.local.feed;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.Topic;
import io.millrace.schema.Topic.Cleanup;
import io.millrace.schema.Topic.Lane;
import io.millrace.schema.Topic.View;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.EventTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rows of CSV, JSON lines and logs become JSON, or stay what they are. */
class RowReaderTest {
  /** A record with a field of each kind. */
  public record Sample(
      @EventTime long at,
      String name,
      @Nullable Integer count,
      @Nullable Double share,
      @Nullable Boolean open,
      @Nullable List<String> tags) {}

  private static final Topic<Sample> SAMPLES =
      new Topic<>(
          "samples",
          "Samples.",
          Sample.class,
          Lane.INPUT,
          "name",
          4,
          Cleanup.DELETE,
          View.TABLE,
          null);
  private static final String ALL = "at,name,count,share,open,tags";

  @Test
  void csv_everyKind_isTyped() throws Exception {
    assertThat(csv(ALL, "7,\"a, \"\"b\"\"\",3,0.50,true,\"[\"\"x\"\"]\""))
        .isEqualTo(
            "{\"at\":7,\"name\":\"a, \\\"b\\\"\",\"count\":3,\"share\":0.50,\"open\":true,"
                + "\"tags\":[\"x\"]}");
  }

  @Test
  void csv_cellsOfOtherTypes_stayStrings() throws Exception {
    assertThat(csv(ALL, "soon,a,3.5,NaN,yes,[x"))
        .isEqualTo(
            "{\"at\":\"soon\",\"name\":\"a\",\"count\":\"3.5\",\"share\":\"NaN\",\"open\":\"yes\","
                + "\"tags\":\"[x\"}");
  }

  @Test
  void csv_emptyCells_areAbsent() throws Exception {
    assertThat(csv(ALL, "7,\"\",,,,")).isEqualTo("{\"at\":7}");
  }

  @Test
  void csv_lineFeedInCell_isKept() throws Exception {
    assertThat(csv("at,name", "7,\"a\nb\"\r")).isEqualTo("{\"at\":7,\"name\":\"a\\nb\"}");
  }

  @Test
  void csv_blanksAndCase_areKept() throws Exception {
    assertThat(csv("at,name", "7,  Ä ")).isEqualTo("{\"at\":7,\"name\":\"  Ä \"}");
  }

  @Test
  void csv_unreadableRows_stayAsTheyAre() throws Exception {
    for (String row : List.of("7", "7,a,b", "", "7,\"a", "7,\"a\"b")) {
      assertThat(csv("at,name", row)).isEqualTo(row);
    }
    String halfAPair = "7,\"[\"\"\\ud83d\"\"]\"";
    assertThat(csv("at,tags", halfAPair)).isEqualTo(halfAPair);
    byte[] latin1 = "7,caf\u00e9".getBytes(ISO_8859_1);
    assertThat(csvReader("at,name").read(latin1)).isSameAs(latin1);
  }

  @Test
  void csv_otherColumns_areLeftOut() throws Exception {
    assertThat(csv("id,at,name", "1,7,a")).isEqualTo("{\"at\":7,\"name\":\"a\"}");
  }

  @Test
  void csv_mapped_takesColumnsAndLiterals() throws Exception {
    assertThat(
            csv(
                "ID,when",
                "1,20/03/2021 00:22",
                TimeReader.of("dd/MM/yyyy HH:mm", "UTC"),
                source("at", "when", false),
                source("name", "ID", false),
                source("count", "4", true)))
        .isEqualTo("{\"at\":1616199720000,\"name\":\"1\",\"count\":4}");
  }

  @Test
  void csv_timeOfOtherForm_staysText() throws Exception {
    assertThat(csv("at,name", "7,a", TimeReader.of("dd/MM/yyyy", null)))
        .isEqualTo("{\"at\":\"7\",\"name\":\"a\"}");
  }

  @Test
  void csv_headerThatDoesNotFit_isRefused() {
    assertThatThrownBy(() -> csv("a,b", "1,2"))
        .hasMessageContaining("none of the columns (a, b) is a field");
    assertThatThrownBy(() -> csv("at,at", "1,2")).hasMessageContaining("two columns have one name");
    assertThatThrownBy(
            () -> csv("at,b", "1,2", TimeReader.of(null, null), source("name", "c", false)))
        .hasMessageContaining("no column c for field name; the columns are at, b");
  }

  @Test
  void json_withoutMapping_staysByteForByte() throws Exception {
    byte[] row = "{ \"at\" : 1.0, \"x\":\"\u00ff\" }\r".getBytes(ISO_8859_1);
    assertThat(jsonReader(TimeReader.of(null, null)).read(row)).isSameAs(row);
  }

  @Test
  void json_mapped_setsFieldsAndKeepsTheRest() throws Exception {
    assertThat(
            json(
                "{\"song\":\"a\",\"at\":1402878494,\"n\":\"5\",\"other\":1.50}",
                TimeReader.of("epoch-seconds", null),
                source("name", "song", false),
                source("count", "n", false),
                source("open", "true", true)))
        .isEqualTo(
            "{\"song\":\"a\",\"at\":1402878494000,\"n\":\"5\",\"other\":1.50,\"name\":\"a\","
                + "\"count\":5,\"open\":true}");
  }

  @Test
  void json_unreadable_staysAsItIs() throws Exception {
    String halfAPair = "{\"a\":\"\\ud83d\"}";
    for (String row :
        List.of("", "[]", "{\"at\":1", "{} {}", "{\"a\":1,\"a\":2}", "null", halfAPair)) {
      assertThat(json(row, TimeReader.of(null, null), source("name", "x", true))).isEqualTo(row);
    }
  }

  @Test
  void log_valid_isEncoded() {
    String line =
        "192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"GET /a?b=1 HTTP/1.1\" 200 12 \"-\" \"x\"";
    String json = read(LogRows.of(Topics.WEB_REQUESTS), line + "\r");
    assertThat(json)
        .contains("\"at\":1431857103000")
        .contains("\"path\":\"/a\"")
        .contains("\"userAgent\":\"x\"");
  }

  @Test
  void log_unreadable_staysAsItIs() {
    LogRows<?> reader = LogRows.of(Topics.WEB_REQUESTS);
    assertThat(read(reader, "hello")).isEqualTo("hello");
    byte[] latin1 =
        "1 - - [17/May/2015:10:05:03 +0000] \"GET /\u00e9 HTTP/1.1\" 200 -".getBytes(ISO_8859_1);
    assertThat(reader.read(latin1)).isSameAs(latin1);
  }

  private static FieldSource source(String field, String text, boolean literal) {
    return new FieldSource(SAMPLES, field, text, literal);
  }

  private static String csv(String header, String row) throws InputException {
    return read(csvReader(header), row);
  }

  private static String csv(String header, String row, TimeReader times, FieldSource... sources)
      throws InputException {
    TopicFields fields = TopicFields.of(SAMPLES, List.of(sources), times);
    return read(CsvRows.of(header.getBytes(UTF_8), fields), row);
  }

  private static CsvRows csvReader(String header) throws InputException {
    return CsvRows.of(
        header.getBytes(UTF_8),
        TopicFields.of(SAMPLES, new ArrayList<>(), TimeReader.of(null, null)));
  }

  private static JsonRows jsonReader(TimeReader times, FieldSource... sources) {
    return new JsonRows(TopicFields.of(SAMPLES, List.of(sources), times));
  }

  private static String json(String row, TimeReader times, FieldSource... sources) {
    return read(jsonReader(times, sources), row);
  }

  private static String read(RowReader reader, String row) {
    return new String(reader.read(row.getBytes(UTF_8)), UTF_8);
  }
}
