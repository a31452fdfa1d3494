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

/** Both forms of syslog, with the examples of their RFCs. */
class SyslogFormatsTest {
  private static final String EXAMPLE_3 =
      "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47"
          + " [exampleSDID@32473 iut=\"3\" eventSource=\"Application\" eventID=\"1011\"]";

  private static ParsedLine bsd(String line) throws LineException {
    return parse(source(LineFormat.RFC3164, "", 2003, "", ""), line);
  }

  @Test
  void rfc3164_example1_isRead() throws LineException {
    ParsedLine line =
        bsd("<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8");

    assertThat(line.at()).isEqualTo(at("2003-10-11T22:14:15Z"));
    assertThat(line.level()).isEqualTo(LogLevel.FATAL);
    assertThat(line.host()).isEqualTo("mymachine");
    assertThat(line.service()).isEqualTo("su");
    assertThat(line.fields()).isEqualTo(Map.of("logger", "su"));
    assertThat(line.message()).isEqualTo("'su root' failed for lonvick on /dev/pts/8");
  }

  @Test
  void rfc3164_example2_hasNoProgram() throws LineException {
    ParsedLine line = bsd("<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!");

    assertThat(line.at()).isEqualTo(at("2003-02-05T17:32:18Z"));
    assertThat(line.level()).isEqualTo(LogLevel.NOTICE);
    assertThat(line.host()).isEqualTo("10.0.0.99");
    assertThat(line.message()).isEqualTo("Use the BFG!");
    assertThat(line.fields()).isEmpty();
  }

  @Test
  void rfc3164_example3_takesTheZoneForTheHost() throws LineException {
    ParsedLine line =
        bsd(
            "<165>Aug 24 05:34:00 CST 1987 mymachine myproc[10]: %% It's time to make the do-nuts.");

    assertThat(line.at()).isEqualTo(at("2003-08-24T05:34:00Z"));
    assertThat(line.host()).isEqualTo("CST");
    assertThat(line.message()).startsWith("1987 mymachine myproc[10]: %% It's time");
  }

  @Test
  void rfc3164_example4_hasNoValidTime() {
    assertThatThrownBy(
            () ->
                bsd(
                    "<0>1990 Oct 22 10:52:01 TZ-6 scapegoat.dmz.example.org 10.1.2.3 sched[0]:"
                        + " That's All Folks!"))
        .isInstanceOf(LineException.class)
        .hasMessage("expected a time at character 4")
        .extracting(e -> ((LineException) e).fault())
        .isEqualTo(LineFault.INVALID_TIME);
  }

  @Test
  void rfc3164_withoutPriority_hasNoLevel() throws LineException {
    ParsedLine line = bsd("Mar  1 04:02:01 db-1 cron[4711]: ran");

    assertThat(line.level()).isNull();
    assertThat(line.fields()).isEqualTo(Map.of("logger", "cron", "pid", "4711"));
    assertThat(line.message()).isEqualTo("ran");
  }

  @ParameterizedTest
  @CsvSource({
    // The line comes in on 2026-03-01 at 12:00 UTC.
    "Mar  2 12:00:00, 2026-03-02T12:00:00Z",
    "Mar  2 12:00:01, 2025-03-02T12:00:01Z",
    "Dec 31 23:59:59, 2025-12-31T23:59:59Z",
    "Feb 29 08:00:00, 2024-02-29T08:00:00Z"
  })
  void rfc3164_withoutYear_isTheLatestAtMostADayAhead(String time, String expected)
      throws LineException {
    assertThat(parse(LineFormat.RFC3164, time + " host up").at()).isEqualTo(at(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "0,FATAL",
    "1,FATAL",
    "2,FATAL",
    "3,ERROR",
    "4,WARN",
    "5,NOTICE",
    "6,INFO",
    "7,DEBUG",
    "191,DEBUG"
  })
  void priority_everySeverity_hasItsLevel(int priority, LogLevel level) throws LineException {
    assertThat(bsd("<" + priority + ">Oct 11 22:14:15 m x").level()).isEqualTo(level);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "<",
        "<>Oct 11 22:14:15 m x",
        "<192>Oct 11 22:14:15 m x",
        "<007>Oct 11 22:14:15 m x",
        "<34>Oct 11 22:14:15",
        "<34>Oct 11 22:14:15 ",
        "<34>Oct 32 22:14:15 m x",
        "<34>Okt 11 22:14:15 m x",
        "<34>Oct 11 22:14:60 m x"
      })
  void rfc3164_somethingElse_isRefused(String line) {
    assertThatThrownBy(() -> bsd(line)).isInstanceOf(LineException.class);
  }

  @Test
  void rfc5424_example1_isRead() throws LineException {
    ParsedLine line =
        parse(
            LineFormat.RFC5424,
            "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 -"
                + " \uFEFF'su root' failed for lonvick on /dev/pts/8");

    assertThat(line.at()).isEqualTo(at("2003-10-11T22:14:15.003Z"));
    assertThat(line.level()).isEqualTo(LogLevel.FATAL);
    assertThat(line.host()).isEqualTo("mymachine.example.com");
    assertThat(line.service()).isEqualTo("su");
    assertThat(line.fields()).isEqualTo(Map.of("logger", "su", "msgid", "ID47"));
    assertThat(line.message()).isEqualTo("'su root' failed for lonvick on /dev/pts/8");
  }

  @Test
  void rfc5424_example2_hasProcessAndOffset() throws LineException {
    ParsedLine line =
        parse(
            LineFormat.RFC5424,
            "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - -"
                + " %% It's time to make the do-nuts.");

    assertThat(line.at()).isEqualTo(at("2003-08-24T12:14:15Z"));
    assertThat(line.level()).isEqualTo(LogLevel.NOTICE);
    assertThat(line.fields()).isEqualTo(Map.of("logger", "myproc", "procid", "8710"));
    assertThat(line.message()).isEqualTo("%% It's time to make the do-nuts.");
  }

  @Test
  void rfc5424_example3_hasStructuredData() throws LineException {
    ParsedLine line =
        parse(LineFormat.RFC5424, EXAMPLE_3 + " \uFEFFAn application event log entry...");

    assertThat(line.fields())
        .isEqualTo(
            Map.of(
                "logger", "evntslog",
                "msgid", "ID47",
                "exampleSDID@32473.iut", "3",
                "exampleSDID@32473.eventSource", "Application",
                "exampleSDID@32473.eventID", "1011"));
    assertThat(line.message()).isEqualTo("An application event log entry...");
  }

  @Test
  void rfc5424_example4_hasNoMessage() throws LineException {
    ParsedLine line =
        parse(LineFormat.RFC5424, EXAMPLE_3 + "[examplePriority@32473 class=\"high\"]");

    assertThat(line.fields()).containsEntry("examplePriority@32473.class", "high");
    assertThat(line.message()).isEmpty();
  }

  @Test
  void rfc5424_nilTimeAndEscapes_areRead() throws LineException {
    ParsedLine line =
        parse(
            LineFormat.RFC5424, "<13>1 - - - - - [a x=\"q\\\"b\\\\s\\]e \\n\" x=\"again\"][b] ok");

    assertThat(line.at()).isEqualTo(Lines.ARRIVED);
    assertThat(line.host()).isNull();
    assertThat(line.fields()).isEqualTo(Map.of("a.x", "q\"b\\s]e \\n,again"));
    assertThat(line.message()).isEqualTo("ok");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<34>2 2003-10-11T22:14:15Z h a p m - x",
        "<34>1 2003-10-11T22:14:15 h a p m - x",
        "<34>1 2003-10-11t22:14:15z h a p m - x",
        "<34>1 2003-10-11T22:14:15.0000003Z h a p m - x",
        "<34>1 2003-10-11T22:14:15Z h a p m x",
        "<34>1 2003-10-11T22:14:15Z h a p m [a x=1] x",
        "<34>1 2003-10-11T22:14:15Z h a p m [a x=\"1\" x",
        "<34>1 2003-10-11T22:14:15Z h a p m [a x=\"1\"]x",
        "<34>1 2003-10-11T22:14:15Z h"
      })
  void rfc5424_somethingElse_isRefused(String line) {
    assertThatThrownBy(() -> parse(LineFormat.RFC5424, line)).isInstanceOf(LineException.class);
  }
}
