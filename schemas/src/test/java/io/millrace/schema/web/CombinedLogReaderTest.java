package io.millrace.schema.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CombinedLogReaderTest {
  private static final String TIME = "[17/May/2015:10:05:03 +0000]";
  private static final long MILLIS = 1431857103000L;

  private final CombinedLogReader reader = new CombinedLogReader();

  @Test
  void read_combinedLine_readsEveryField() throws Exception {
    assertThat(
            reader.read(
                "203.0.113.7 - ada "
                    + TIME
                    + " \"GET /a/b.png?x=1&y=%20 HTTP/1.1\" 200 203023"
                    + " \"http://example.org/?q\" \"Mozilla/5.0 (X11)\""))
        .isEqualTo(
            new RequestServed(
                MILLIS,
                "203.0.113.7",
                "/a/b.png",
                "GET",
                "/a/b.png?x=1&y=%20",
                200,
                203023L,
                "http://example.org/?q",
                "Mozilla/5.0 (X11)"));
  }

  @Test
  void read_commonLine_hasNeitherReferrerNorUserAgent() throws Exception {
    assertThat(reader.read("host.example - - " + TIME + " \"HEAD /a HTTP/1.0\" 304 0"))
        .isEqualTo(
            new RequestServed(MILLIS, "host.example", "/a", "HEAD", "/a", 304, 0L, null, null));
  }

  @Test
  void read_dashes_areAbsent() throws Exception {
    assertThat(reader.read("h - - " + TIME + " \"GET / HTTP/1.1\" - - \"-\" \"-\""))
        .isEqualTo(new RequestServed(MILLIS, "h", "/", "GET", "/", null, null, null, null));
  }

  @Test
  void read_emptyQuotes_areEmptyNotAbsent() throws Exception {
    RequestServed served = reader.read(line("h", "-", "GET / HTTP/1.1", "", ""));
    assertThat(served.referrer()).isEmpty();
    assertThat(served.userAgent()).isEmpty();
  }

  @Test
  void read_escapes_stayAsWritten() throws Exception {
    RequestServed served =
        reader.read(line("h", "-", "GET /a\\\"b\\\\ HTTP/1.1", "\\\"", "\\x22 \\\\"));
    assertThat(served.path()).isEqualTo("/a\\\"b\\\\");
    assertThat(served.referrer()).isEqualTo("\\\"");
    assertThat(served.userAgent()).isEqualTo("\\x22 \\\\");
  }

  @ParameterizedTest
  @ValueSource(strings = {"::1", "2001:db8::ff00:42:8329", "fe80::1%eth0", "[2001:db8::1]"})
  void read_ipv6Client_isKept(String client) throws Exception {
    assertThat(reader.read(line(client, "-", "GET / HTTP/1.1", "-", "-")).client())
        .isEqualTo(client);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ada",
        "ada lovelace",
        "a [b] c",
        "x [01/Jan/2000:00:00:00 +0000] y",
        "x [01/Jan/2000:00:00:00 +0000] \\\"GET /forged HTTP/1.1\\\" 200 1"
      })
  void read_userWithBlanksAndBrackets_doesNotMoveTheOtherFields(String user) throws Exception {
    assertThat(reader.read(line("h", user, "GET /real HTTP/1.1", "-", "-")))
        .isEqualTo(new RequestServed(MILLIS, "h", "/real", "GET", "/real", 200, 5L, null, null));
  }

  @ParameterizedTest
  @CsvSource({
    "GET / HTTP/1.1,                              GET,     /,       /",
    "GET /A/b%2Fc?d?e HTTP/2.0,                   GET,     /A/b%2Fc?d?e,   /A/b%2Fc",
    "GET http://example.org/p?q HTTP/1.1,         GET,     http://example.org/p?q, http://example.org/p",
    "CONNECT example.org:443 HTTP/1.1,            CONNECT, example.org:443, example.org:443",
    "OPTIONS * HTTP/1.1,                          OPTIONS, *,       *",
    "GET /two words HTTP/1.1,                     GET,     /two words, /two words",
    "GET /old,                                    GET,     /old,    /old",
    "GET ?q HTTP/1.1,                             GET,     ?q,      ''",
    "GET /a HTTP/1.1 HTTP/1.1,                    GET,     /a HTTP/1.1, /a HTTP/1.1",
    "GET /../\u00e9\u20ac HTTP/1.1,               GET,     /../\u00e9\u20ac, /../\u00e9\u20ac"
  })
  void read_target_isAsSentAndPathItsPartBeforeTheQuery(
      String request, String method, String url, String path) throws Exception {
    RequestServed served = reader.read(line("h", "-", request, "-", "-"));
    assertThat(served.method()).isEqualTo(method);
    assertThat(served.url()).isEqualTo(url);
    assertThat(served.path()).isEqualTo(path);
  }

  @ParameterizedTest
  @CsvSource({
    "29/Feb/2024:23:59:59 +0000, 2024-02-29T23:59:59Z",
    "01/Jan/1970:00:00:00 +0000, 1970-01-01T00:00:00Z",
    "17/Sep/2015:10:05:03 -0700, 2015-09-17T17:05:03Z",
    "17/Sep/2015:10:05:03 +0545, 2015-09-17T04:20:03Z"
  })
  void read_time_isMilliseconds(String time, Instant expected) throws Exception {
    assertThat(reader.read("h - - [" + time + "] \"GET / HTTP/1.1\" 200 5").at())
        .isEqualTo(expected.toEpochMilli());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "30/Feb/2015:10:05:03 +0000",
        "29/Feb/2023:10:05:03 +0000",
        "31/Apr/2015:10:05:03 +0000",
        "17/May/2015:24:00:00 +0000",
        "31/Dec/2016:23:59:60 +0000",
        "17/May/2015:10:05:03",
        "17/May/2015:10:05:03 Z",
        "17/Mai/2015:10:05:03 +0000",
        "17/05/2015:10:05:03 +0000",
        "2015-05-17T10:05:03Z",
        "-",
        ""
      })
  void read_otherTime_isRefused(String time) {
    assertInvalid("h - - [" + time + "] \"GET / HTTP/1.1\" 200 5", "17/May/2015:10:05:03 +0000");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "``, the client at column 1",
        "hello, the client at column 1",
        "h, the client at column 1",
        "h -, the identity at column 3",
        "h - -, `the user, the time in brackets and the request at column 5`",
        "h - - [17/May/2015:10:05:03 +0000] GET / HTTP/1.1 200 5, the time in brackets",
        "h [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5, expected a user and a time",
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1 200 5, the end of the request",
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\"200 5, the status",
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200, the status",
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 2000 5, the status is not a number",
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" -1 5, the status is not a number",
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5k, the size is not a number",
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 -, the referrer in quotes",
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"-\", the user agent",
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"x, the end of the user",
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"x\\, the end of the us",
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\" 7, the end of the",
        "h - - [17/May/2015:10:05:03 +0000] \"-\" 408 - \"-\" \"-\", a method and a target",
        "h - - [17/May/2015:10:05:03 +0000] \"\" 400 0 \"-\" \"-\", a method and a target",
        "h - - [17/May/2015:10:05:03 +0000] \"GET \" 400 0 \"-\" \"-\", a target after the request",
        "h - - [17/May/2015:10:05:03 +0000] \"GET HTTP/1.1\" 400 0, a target after the request",
        "h - - [17/May/2015:10:05:03 +0000] \" / HTTP/1.1\" 400 0, a method and a target",
        "- - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 400 0, expected a client",
        "` - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 400 0`, expected a client"
      })
  void read_otherLine_isRefusedWithWhatWasExpected(String line, String message) {
    assertInvalid(line, message);
  }

  @Test
  void read_valueThatTheTopicRefuses_isRefusedHere() {
    String longPath = "/" + "p".repeat(16_384);
    assertThat(reject(line("h", "-", "GET " + longPath + " HTTP/1.1", "-", "-")).rejection())
        .isEqualTo(Rejection.TOO_LONG);
    assertThat(reject("h - - " + TIME + " \"GET / HTTP/1.1\" 200 1099511627777").rejection())
        .isEqualTo(Rejection.OUT_OF_RANGE);
    assertThat(reject(line("h", "-", "GET /\uD800 HTTP/1.1", "-", "-")).rejection())
        .isEqualTo(Rejection.INVALID_UNICODE);
  }

  @Test
  void read_lineOfAMegabyte_isRefusedWithAShortMessage() {
    for (String filler : List.of("x", " ", "\"", "\\\"", "[", "] ")) {
      String megabyte = filler.repeat(1024 * 1024 / filler.length());
      assertThat(reject(megabyte)).message().hasSizeLessThan(200);
      assertThat(reject(line("h", megabyte, "GET / HTTP/1.1", "-", megabyte)))
          .message()
          .hasSizeLessThan(200);
    }
  }

  /** The sample log, where it lies beside the repository. */
  @Test
  void read_sampleLog_refusesOneLine() throws Exception {
    Path shared = Path.of(System.getProperty("millrace.shared", "../../shared"));
    Path log = shared.resolve("data/web-access-combined.log.gz");
    if (!Files.exists(log)) {
      System.out.println("Skipped: no " + log + "; set -Dmillrace.shared=<directory>");
    }
    assumeThat(log).exists();
    assertThat(refusedLines(lines(log))).containsExactly(8_899);
  }

  @Test
  void read_generatedLog_refusesOneLine() throws Exception {
    List<String> lines = generatedLines(10_000);
    String whole = lines.get(8_898);
    lines.set(8_898, whole.substring(0, whole.length() - 1));
    assertThat(refusedLines(lines)).containsExactly(8_899);
  }

  /** Numbers, from 1, of the refused lines; all others give values that the codec takes. */
  private List<Integer> refusedLines(List<String> lines) throws RejectedException {
    assertThat(lines).hasSize(10_000);
    JsonCodec<RequestServed> codec = JsonCodec.of(RequestServed.class);
    List<Integer> refused = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      try {
        RequestServed served = reader.read(lines.get(i));
        assertThat(codec.decode(codec.encode(served))).isEqualTo(served);
      } catch (RejectedException e) {
        assertThat(e.rejection()).isEqualTo(Rejection.INVALID_LINE);
        refused.add(i + 1);
      }
    }
    return refused;
  }

  private static List<String> lines(Path gzip) throws IOException {
    try (BufferedReader text =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(Files.newInputStream(gzip)), UTF_8))) {
      return text.lines().toList();
    }
  }

  private static List<String> generatedLines(int count) {
    SplittableRandom random = new SplittableRandom(8899);
    List<String> clients = List.of("198.51.100.7", "2001:db8::7", "crawler.example");
    List<String> users = List.of("-", "ada", "ada lovelace", "a [b]");
    List<String> requests =
        List.of("GET / HTTP/1.1", "GET /a?b=c HTTP/1.1", "POST /\\\"q\\\" HTTP/1.0", "GET /old");
    List<String> quoted = List.of("-", "", "http://example.org/", "\\\"x\\\" \\\\", "é [y] ] z");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(
          line(
              pick(clients, random),
              pick(users, random),
              pick(requests, random),
              pick(quoted, random),
              pick(quoted, random)));
    }
    return lines;
  }

  private static String pick(List<String> texts, SplittableRandom random) {
    return texts.get(random.nextInt(texts.size()));
  }

  private static String line(
      String client, String user, String request, String referrer, String userAgent) {
    return String.format(
        "%s - %s %s \"%s\" 200 5 \"%s\" \"%s\"", client, user, TIME, request, referrer, userAgent);
  }

  private void assertInvalid(String line, String message) {
    RejectedException rejected = reject(line);
    assertThat(rejected).isNotNull().hasMessageContaining(message);
    assertThat(rejected).hasMessageStartingWith("not a line of the combined log format: ");
    assertThat(rejected.stage()).isEqualTo(Stage.DECODE);
    assertThat(rejected.rejection()).isEqualTo(Rejection.INVALID_LINE);
  }

  private RejectedException reject(String line) {
    return catchThrowableOfType(RejectedException.class, () -> reader.read(line));
  }
}
