package io.millrace.operator.logline;

import static io.millrace.operator.logline.Lines.at;
import static io.millrace.operator.logline.Lines.parse;
import static io.millrace.operator.logline.Lines.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineFormatsTest {
  private static LineSource csv(String header) {
    return new LineSource("test", 1, 0, LineFormat.CSV, "", 0, header, "", "", "", "", "", false);
  }

  private static LineFault fault(LineSource source, String line) {
    try {
      parse(source, line);
    } catch (LineException e) {
      return e.fault();
    }
    throw new AssertionError("the line was taken");
  }

  @Test
  void json_wellKnownNames_arePartsOfTheRecord() throws LineException {
    ParsedLine line =
        parse(
            LineFormat.JSON,
            "{\"time\":\"2026-01-31T10:30:00.5+01:00\",\"level\":\"warning\",\"msg\":\"h\\u00e9\\n\","
                + "\"host\":\"h1\",\"service\":\"s\",\"trace_id\":\"t\",\"n\":1.50,\"ok\":true,"
                + "\"none\":null,\"o\":{\"a\":[1, 2]}}");

    assertThat(line)
        .isEqualTo(
            new ParsedLine(
                at("2026-01-31T09:30:00.500Z"),
                LogLevel.WARN,
                "s",
                "h1",
                "hé\n",
                Map.of("n", "1.50", "ok", "true", "o", "{\"a\":[1, 2]}"),
                "t"));
  }

  @Test
  void json_withoutTime_hasThatOfItsArrival() throws LineException {
    assertThat(parse(LineFormat.JSON, "{\"msg\":\"x\"}").at()).isEqualTo(Lines.ARRIVED);
  }

  @Test
  void json_timeField_isRequired() throws LineException {
    LineSource source =
        new LineSource("t", 1, 0, LineFormat.JSON, "", 0, "", "", "", "", "", "when", false);

    assertThat(parse(source, "{\"when\":1769855400000,\"time\":\"x\"}").at())
        .isEqualTo(1_769_855_400_000L);
    assertThat(fault(source, "{\"time\":1769855400000}")).isEqualTo(LineFault.MISSING_FIELD);
  }

  @Test
  void json_levelOfAnotherWord_staysAField() throws LineException {
    ParsedLine line = parse(LineFormat.JSON, "{\"level\":\"loud\",\"msg\":\"x\"}");

    assertThat(line.level()).isNull();
    assertThat(line.fields()).isEqualTo(Map.of("level", "loud"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "1",
        "{",
        "{\"a\":1",
        "{\"a\":1}}",
        "{\"a\":1} {\"b\":1}",
        "{\"a\"}",
        "{a:1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":1.}",
        "{\"a\":NaN}",
        "{\"a\":1,}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\t\"}",
        "{\"a\":tru}",
        "{\"a\":[1 2]}",
        "{\"a\":\"\\u12g4\"}"
      })
  void json_malformed_isRefusedWithItsPlace(String line) {
    assertThatThrownBy(() -> parse(LineFormat.JSON, line))
        .isInstanceOf(LineException.class)
        .hasMessageMatching("expected .* at character \\d+");
  }

  @Test
  void json_otherFaults_haveTheirOwnReasons() {
    LineSource json = source(LineFormat.JSON);
    assertThat(fault(json, "{\"a\":1,\"a\":2}")).isEqualTo(LineFault.DUPLICATE_FIELD);
    assertThat(fault(json, "{\"a\":\"\\ud800\"}")).isEqualTo(LineFault.INVALID_UNICODE);
    assertThat(fault(json, "{\"time\":\"yesterday\"}")).isEqualTo(LineFault.INVALID_TIME);
    assertThat(fault(json, "{\"a\":" + "[".repeat(101) + "]".repeat(101) + "}"))
        .isEqualTo(LineFault.TOO_DEEP);
    assertThat(fault(json, "{\"a\":" + "[".repeat(1_000_000))).isEqualTo(LineFault.TOO_DEEP);
  }

  /** What was read before must not let through what isn't JSON. */
  @Test
  void json_namesWithEscapes_areReadAnewInEachLine() throws LineException {
    LineParser parser = LineParser.of(source(LineFormat.JSON));
    for (int i = 0; i < 2; i++) {
      assertThat(parser.parse("{\"a\\\"b\":1,\"c\\td\":\"\\u0041\"}", 0))
          .isNotNull()
          .extracting(ParsedLine::fields)
          .isEqualTo(Map.of("a\"b", "1", "c\td", "A"));
    }
    assertThatThrownBy(() -> parser.parse("{\"a\"b\":1}", 0)).hasMessageContaining("character 5");
    assertThatThrownBy(() -> parser.parse("{\"a\\\"b\":1,\"c\td\":1}", 0))
        .hasMessageContaining("character 13");
  }

  @Test
  void json_faultBeyondAscii_isAtItsCharacter() {
    assertThatThrownBy(() -> parse(LineFormat.JSON, "{\"é\uD83D\uDE00\":tru}"))
        .hasMessage("expected a value at character 8");
    assertThatThrownBy(() -> parse(LineFormat.JSON, "{\"é\":\"é\",\"time\":\"noon\"}"))
        .hasMessage("expected a time at character 17");
    assertThatThrownBy(() -> parse(LineFormat.JSON, "{\"é\":1,\"é\":2}"))
        .hasMessageEndingWith("at character 8");
  }

  @Test
  void logfmt_line_isRead() throws LineException {
    ParsedLine line =
        parse(
            LineFormat.LOGFMT,
            "ts=2026-01-31T09:30:00Z level=error msg=\"a \\\"b\\\"\\tc\" took=3ms empty= host=h");

    assertThat(line)
        .isEqualTo(
            new ParsedLine(
                at("2026-01-31T09:30:00Z"),
                LogLevel.ERROR,
                null,
                "h",
                "a \"b\"\tc",
                Map.of("took", "3ms", "empty", ""),
                null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "hello world",
        "a=1 b",
        "=1",
        "a=\"x",
        "a=\"x\"y",
        "a=1 a=2",
        "a=b\"c",
        "a=\"\\q\""
      })
  void logfmt_malformed_isRefused(String line) {
    assertThatThrownBy(() -> parse(LineFormat.LOGFMT, line))
        .isInstanceOf(LineException.class)
        .hasMessageMatching(".* at character \\d+");
  }

  @Test
  void combined_line_isRead() throws LineException {
    ParsedLine line =
        parse(
            LineFormat.COMBINED,
            "203.0.113.7 - ann [17/May/2015:10:05:03 +0200] \"GET /a b?q=\\\"1 HTTP/1.1\" 200 -"
                + " \"-\" \"Mozilla/5.0 (X11)\"");

    assertThat(line.at()).isEqualTo(at("2015-05-17T08:05:03Z"));
    assertThat(line.message()).isEqualTo("GET /a b?q=\\\"1 HTTP/1.1");
    assertThat(line.fields())
        .isEqualTo(
            Map.of(
                "client", "203.0.113.7",
                "user", "ann",
                "method", "GET",
                "url", "/a b?q=\\\"1",
                "status", "200",
                "userAgent", "Mozilla/5.0 (X11)"));
  }

  @Test
  void combined_noRequest_isOnlyTheMessage() throws LineException {
    ParsedLine line =
        parse(
            LineFormat.COMBINED,
            "10.0.0.1 - - [17/May/2015:10:05:03 +0000] \"\\x16\\x03\\x01\" 400 226 \"-\" \"-\"");

    assertThat(line.message()).isEqualTo("\\x16\\x03\\x01");
    assertThat(line.fields())
        .isEqualTo(Map.of("client", "10.0.0.1", "status", "400", "bytes", "226"));
  }

  @Test
  void common_hasNeitherReferrerNorAgent() throws LineException {
    String common =
        "127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] \"GET /i.gif HTTP/1.0\" 200 2326";

    assertThat(parse(LineFormat.COMMON, common).fields()).containsEntry("bytes", "2326");
    assertThat(fault(source(LineFormat.COMBINED), common)).isEqualTo(LineFault.INVALID_LINE);
    assertThat(fault(source(LineFormat.COMMON), common + " \"-\" \"-\""))
        .isEqualTo(LineFault.INVALID_LINE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"Mozilla",
        "10.0.0.1 - - [31/Feb/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"",
        "10.0.0.1 - - [17/May/2015:10:05:03] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"",
        "10.0.0.1 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 20 5 \"-\" \"-\"",
        "10.0.0.1 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5k \"-\" \"-\"",
        "- - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"",
        ""
      })
  void combined_malformed_isRefusedWithItsPlace(String line) {
    assertThatThrownBy(() -> parse(LineFormat.COMBINED, line))
        .isInstanceOf(LineException.class)
        .hasMessageMatching("expected .* at character \\d+");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[2016-12-19 16:31:47,437] INFO [Controller 0]: Starting up (kafka.controller.Controller)"
            + "|INFO||kafka.controller.Controller|[Controller 0]: Starting up",
        "2016-12-19 16:31:47,437 ERROR [main] com.foo.Bar - it broke|ERROR|main|com.foo.Bar|it broke",
        "2016-12-19 16:31:47,437 [main] WARN  Bar - it broke|WARN|main|Bar|it broke",
        "2016-12-19T16:31:47.437Z  INFO 81 --- [  main] c.e.Foo     : up|INFO|main|c.e.Foo|up",
        "2016-12-19 16:31:47,437 DEBUG com.foo.Bar: x: y|DEBUG||com.foo.Bar|x: y",
        "2016-12-19 16:31:47,437 TRACE done: all of it|TRACE|||done: all of it",
      })
  void log4j_layouts_areRead(
      String line, LogLevel level, String thread, String logger, String message)
      throws LineException {
    ParsedLine parsed = parse(LineFormat.LOG4J, line);

    assertThat(parsed.at()).isEqualTo(at("2016-12-19T16:31:47.437Z"));
    assertThat(parsed.level()).isEqualTo(level);
    assertThat(parsed.fields().get("thread")).isEqualTo(thread);
    assertThat(parsed.fields().get("logger")).isEqualTo(logger);
    assertThat(parsed.message()).isEqualTo(message);
  }

  @Test
  void log4j_stackTrace_belongsToTheMessage() throws LineException {
    String trace = "\njava.io.IOException: no\n\tat a.B.c(B.java:1)\n\t... 2 more";
    LineParser parser = LineParser.of(source(LineFormat.LOG4J));

    ParsedLine line =
        parse(LineFormat.LOG4J, "[2016-12-19 16:31:47,437] ERROR it broke (a.B)" + trace);

    assertThat(line.message()).isEqualTo("it broke" + trace);
    assertThat(line.fields()).isEqualTo(Map.of("logger", "a.B"));
    assertThat(parser.joins()).isTrue();
    assertThat(parser.starts("[2016-12-19 16:31:47,437] ERROR x")).isTrue();
    assertThat(parser.starts("\tat a.B.c(B.java:1)")).isFalse();
    assertThat(parser.starts("")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "INFO x",
        "2016-12-19 16:31:47,437 x",
        "2016-13-19 16:31:47,437 INFO x",
        "2016-12-19 16:31:47,437 INFOx y"
      })
  void log4j_somethingElse_isRefused(String line) {
    assertThatThrownBy(() -> parse(LineFormat.LOG4J, line)).isInstanceOf(LineException.class);
  }

  @Test
  void csv_row_isReadByItsHeader() throws LineException {
    LineSource source = csv("time,level,message,store");

    assertThat(parse(source, "2026-01-31T09:30:00Z,NOTICE,\"a \"\"b\"\", c\",").fields()).isEmpty();
    ParsedLine line = parse(source, "2026-01-31T09:30:00Z,NOTICE,\"a \"\"b\"\", c\",s1");
    assertThat(line.message()).isEqualTo("a \"b\", c");
    assertThat(line.fields()).isEqualTo(Map.of("store", "s1"));
    assertThat(LineParser.of(source).parse("time,level,message,store", 0)).isNull();
    assertThat(fault(source, "2026-01-31T09:30:00Z,NOTICE,x")).isEqualTo(LineFault.INVALID_LINE);
    assertThat(fault(source, "2026-01-31T09:30:00Z,NOTICE,\"x,y"))
        .isEqualTo(LineFault.INVALID_LINE);
    assertThat(fault(source, "2026-01-31T09:30:00Z,NOTICE,x\"y,z"))
        .isEqualTo(LineFault.INVALID_LINE);
  }

  @Test
  void csv_headerThatNamesNothing_isRefused() {
    assertThatThrownBy(() -> LineParser.of(csv("a,a"))).hasMessageContaining("each once");
    assertThatThrownBy(() -> LineParser.of(csv("a,\"b"))).hasMessageContaining("no row of CSV");
  }

  @Test
  void pattern_groups_areThePartsOfTheRecord() throws LineException {
    LineSource source =
        source(
            LineFormat.PATTERN,
            "Europe/Berlin",
            0,
            "(?<time>\\S+ \\S+) (?<level>\\w+) (?<host>\\S+) (?<code>\\d+)? ?(?<message>.*)",
            "dd.MM.yyyy HH:mm:ss.millis");

    ParsedLine line = parse(source, "31.01.2026 10:30:00.7 err h1 17 first\nsecond");

    assertThat(line.at()).isEqualTo(at("2026-01-31T09:30:00.007Z"));
    assertThat(line.level()).isEqualTo(LogLevel.ERROR);
    assertThat(line.host()).isEqualTo("h1");
    assertThat(line.fields()).isEqualTo(Map.of("code", "17"));
    assertThat(line.message()).isEqualTo("first\nsecond");
    assertThat(fault(source, "31.01.2026 10:30:00.7")).isEqualTo(LineFault.INVALID_LINE);
    assertThat(fault(source, "31.13.2026 10:30:00.7 err h x")).isEqualTo(LineFault.INVALID_TIME);
  }

  @Test
  void pattern_withoutMessage_hasTheWholeLine() throws LineException {
    LineSource source = source(LineFormat.PATTERN, "", 0, "\\\\(?<x>a)|(?<n>\\d+).*", "");

    assertThat(parse(source, "12 monkeys").message()).isEqualTo("12 monkeys");
  }

  @Test
  void pattern_thatBacktracksWithoutEnd_failsOnItsLine() {
    LineSource source = source(LineFormat.PATTERN, "", 0, "(a+)+b", "");

    assertThat(fault(source, "a".repeat(5_000))).isEqualTo(LineFault.TOO_SLOW);
    assertThat(fault(source(LineFormat.PATTERN, "", 0, "(a|b)*c", ""), "ab".repeat(500_000)))
        .isEqualTo(LineFault.TOO_SLOW);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-29 02:30:00, ",
    "2026-10-25 02:30:00, 2026-10-25T00:30:00Z",
    "2026-07-01 12:00, 2026-07-01T10:00:00Z",
    "2026-07-01T12:00:00.123456789Z, 2026-07-01T12:00:00.123Z",
    "2026-07-01T12:00:00+0530, 2026-07-01T06:30:00Z",
    "2026-02-29T12:00:00Z, ",
    "2026-07-01, ",
    "12:00:00, "
  })
  void time_ofAZone_isReadOrRefused(String time, String expected) throws LineException {
    LineSource source = LineSource.of("test", LineFormat.JSON, "Europe/Berlin");
    String line = "{\"time\":\"" + time + "\"}";

    if (expected == null) {
      assertThat(fault(source, line)).isEqualTo(LineFault.INVALID_TIME);
    } else {
      assertThat(parse(source, line).at()).isEqualTo(at(expected));
    }
  }
}
