package io.millrace.job.web;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** Lines of a web server's access log for tests, and what an independent parser reads in them. */
final class AccessLog {
  private static final Pattern LINE =
      Pattern.compile(
          "^(?<client>\\S+) \\S+ \\S+ \\[(?<time>[^]]+)] \"\\S+ (?<url>[^ \"]+) [^\"]+\""
              + " (?<status>\\d+) (?<bytes>\\d+|-) \"[^\"]*\" \"[^\"]*\"$");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss +0000", Locale.ENGLISH);

  private AccessLog() {}

  /** What the tests count by. */
  record Request(long at, String client, String path, String status, long bytes) {}

  /** The request that a line states, if it is complete. */
  static Optional<Request> parse(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String bytes = matcher.group("bytes");
    return Optional.of(
        new Request(
            LocalDateTime.parse(matcher.group("time"), TIME)
                .toInstant(ZoneOffset.UTC)
                .toEpochMilli(),
            matcher.group("client"),
            matcher.group("url").split("\\?", -1)[0],
            matcher.group("status"),
            bytes.equals("-") ? 0 : Long.parseLong(bytes)));
  }

  /** The real log, where it lies beside the repository. */
  static Optional<Path> real() {
    Path beside = Path.of("../../shared/data/web-access-combined.log.gz");
    if (Files.exists(beside)) {
      return Optional.of(beside);
    }
    System.out.println("skipped: there is no real access log at " + beside);
    return Optional.empty();
  }

  static List<String> read(Path gzip) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(gzip)), StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  /**
   * A log of the same kind: bursts with quiet hours between, up to 59 s out of order, one bad line.
   */
  static List<String> generated() {
    Random random = new Random(2015);
    List<String> lines = new ArrayList<>();
    LocalDateTime start = LocalDateTime.of(2015, 5, 17, 10, 5, 0);
    for (int i = 0; i < 10_000; i++) {
      LocalDateTime time = start.plusHours(i / 120).plusSeconds(random.nextInt(60));
      String path = "/page/" + (int) Math.pow(random.nextDouble(), -0.8) % 400;
      String query = random.nextInt(5) == 0 ? "?q=" + random.nextInt(9) : "";
      lines.add(
          String.format(
              "10.0.%d.%d - - [%s] \"GET %s%s HTTP/1.1\" %d %s \"-\" \"Mozilla/5.0 (X11; é)\"",
              random.nextInt(3),
              random.nextInt(40),
              time.format(TIME),
              path,
              query,
              random.nextInt(10) == 0 ? 404 : 200,
              random.nextInt(12) == 0 ? "-" : String.valueOf(random.nextInt(50_000))));
    }
    lines.set(8_898, lines.get(8_898).replaceAll(" \"Mozilla.*", " \"Mozilla"));
    return lines;
  }
}
