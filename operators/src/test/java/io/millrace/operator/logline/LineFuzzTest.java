package io.millrace.operator.logline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Good lines of every format, changed at random: each is read or refused, and nothing else. The
 * long form is {@code -Dmillrace.fuzz=1000000}.
 */
class LineFuzzTest {
  private static final int MUTANTS = Integer.getInteger("millrace.fuzz", 40_000);

  private static final Map<LineFormat, String> GOOD =
      Map.of(
          LineFormat.JSON,
          "{\"time\":\"2026-01-31T10:30:00Z\",\"level\":\"info\",\"msg\":\"a\\u00e9\",\"o\":{\"a\":[1]}}",
          LineFormat.LOGFMT,
          "ts=2026-01-31T09:30:00Z level=error msg=\"a \\\"b\\\"\" took=3ms",
          LineFormat.COMBINED,
          "10.0.0.1 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"Mozilla\"",
          LineFormat.COMMON,
          "10.0.0.1 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5",
          LineFormat.RFC3164,
          "<34>Oct 11 22:14:15 mymachine su[1]: 'su root' failed for lonvick on /dev/pts/8",
          LineFormat.RFC5424,
          "<165>1 2003-10-11T22:14:15.003Z m evntslog - ID47 [e@1 iut=\"3\"][f@1 a=\"b\"] text",
          LineFormat.LOG4J,
          "2016-12-19 16:31:47,437 ERROR [main] com.foo.Bar - it broke\n\tat a.B.c(B.java:1)",
          LineFormat.CSV,
          "2026-01-31T09:30:00Z,NOTICE,\"a \"\"b\"\", c\",s1",
          LineFormat.PATTERN,
          "31.01.2026 10:30:00.7 err h1 17 first");

  private static LineSource source(LineFormat format) {
    return new LineSource(
        "fuzz",
        1,
        0,
        format,
        "Europe/Berlin",
        0,
        "time,level,message,store",
        "",
        "",
        "(?<time>\\S+ \\S+) (?<level>\\w+) (?<host>\\S+) (?<message>.*)",
        format == LineFormat.PATTERN ? "dd.MM.yyyy HH:mm:ss.millis" : "",
        "",
        false);
  }

  @Test
  void parse_mutants_areReadOrRefused() {
    Random random = new Random(20_26);
    Redaction redaction = new Redaction(true, true);
    for (LineFormat format : LineFormat.values()) {
      LineParser parser = LineParser.of(source(format));
      String good = GOOD.getOrDefault(format, "");
      Map<Boolean, Integer> outcomes = new HashMap<>();
      for (int i = 0; i < MUTANTS; i++) {
        String line = mutant(good, random);
        ParsedLine parsed = parsed(parser, line);
        outcomes.merge(parsed != null, 1, Integer::sum);
        if (parsed != null) {
          assertThat(redaction.of(parsed).at()).isEqualTo(parsed.at());
        }
      }
      assertThat(outcomes).as("%s reads some and refuses some", format).hasSize(2);
    }
  }

  /** A parser that knows the names of the lines before reads and refuses as one that knows none. */
  @Test
  void parse_mutantsOfJsonWithNamesThatAreKnown_isTheSameAsWithout() throws LineException {
    Random random = new Random(26);
    String good =
        "{\"time\":\"2026-01-31T10:30:00Z\",\"level\":\"warn\",\"service\":\"s\",\"n\":120,\"host\":"
            + "\"h\",\"a rather long name\":\"\",\"o\":[1],\"note\":\"more than sixteen bytes\",\"z\":0}";
    LineSource source = source(LineFormat.JSON);
    LineParser knowing = LineParser.of(source);
    Map<Boolean, Integer> outcomes = new HashMap<>();
    for (int i = 0; i < MUTANTS / 4; i++) {
      assertThat(knowing.parse(good, Lines.ARRIVED)).isNotNull();
      String line = mutant(good, random);
      String seen = outcome(knowing, line);
      assertThat(seen).as(line).isEqualTo(outcome(LineParser.of(source), line));
      outcomes.merge(seen.startsWith("ParsedLine"), 1, Integer::sum);
    }
    assertThat(outcomes).hasSize(2);
  }

  private static String outcome(LineParser parser, String line) {
    try {
      return String.valueOf(parser.parse(line, Lines.ARRIVED));
    } catch (LineException e) {
      return e.fault() + " " + e.getMessage();
    }
  }

  private static @Nullable ParsedLine parsed(LineParser parser, String line) {
    try {
      assertThat(parser.starts(line)).isIn(true, false);
      return parser.parse(line, Lines.ARRIVED);
    } catch (LineException e) {
      assertThat(e).hasMessageMatching("(?s).{5,400}").hasNoCause();
      return null;
    }
  }

  /** The line with up to four changes: characters replaced, taken out, put in twice, cut off. */
  private static String mutant(String good, Random random) {
    StringBuilder line = new StringBuilder(good);
    for (int changes = random.nextInt(5); changes > 0 && !line.isEmpty(); changes--) {
      int at = random.nextInt(line.length());
      switch (random.nextInt(6)) {
        case 0 ->
            line.setCharAt(at, "\"\\[]{}<>=,:- \n\u0000\uD800é9aZ".charAt(random.nextInt(20)));
        case 1 -> line.deleteCharAt(at);
        case 2 -> line.insert(at, line.substring(at, Math.min(line.length(), at + 7)));
        case 3 -> line.setLength(at);
        case 4 -> line.setCharAt(at, (char) random.nextInt(0x10000));
        default -> line.insert(at, (char) ('0' + random.nextInt(10)));
      }
    }
    return line.toString();
  }

  /** Known truth: what a generator wrote is what the parser reads. */
  @Test
  void parse_corpusOfJsonAndLogfmt_saysWhatWasWritten() throws LineException {
    Random random = new Random(7);
    List<LogLevel> levels = List.of(LogLevel.values());
    List<LineParser> parsers =
        List.of(
            LineParser.of(Lines.source(LineFormat.JSON)),
            LineParser.of(Lines.source(LineFormat.LOGFMT)));
    for (int i = 0; i < 5_000; i++) {
      long at = 1_700_000_000_000L + random.nextInt(1_000_000_000);
      LogLevel level = levels.get(random.nextInt(levels.size()));
      String message = text(random);
      Map<String, String> fields = Map.of("one", text(random), "two", text(random));
      ParsedLine expected = new ParsedLine(at, level, null, null, message, fields, null);
      List<String> json = new ArrayList<>();
      List<String> logfmt = new ArrayList<>();
      json.add("\"time\":" + at);
      logfmt.add("time=" + at);
      Map<String, String> all = new HashMap<>(fields);
      all.put("level", level.name());
      all.put("msg", message);
      all.forEach(
          (name, value) -> {
            String quoted = "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
            json.add("\"" + name + "\" : " + quoted);
            logfmt.add(name + "=" + quoted);
          });

      assertThat(parsers.get(0).parse("{" + String.join(", ", json) + "}", 0)).isEqualTo(expected);
      assertThat(parsers.get(1).parse(String.join(" ", logfmt), 0)).isEqualTo(expected);
    }
  }

  private static String text(Random random) {
    String letters = "ab =\"\\{}[],:é\uD83D\uDE00";
    byte[] bytes = letters.getBytes(StandardCharsets.UTF_8);
    assertThat(bytes.length).isGreaterThan(letters.length());
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      int[] points = letters.codePoints().toArray();
      text.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return text.toString();
  }
}
