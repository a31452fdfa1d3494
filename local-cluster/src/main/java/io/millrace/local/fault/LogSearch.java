package io.millrace.local.fault;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Searches log files for messages that tell of a possible loss. */
public final class LogSearch {
  /** What a message tells. */
  public enum Kind {
    /** A sink found that rows of a completed checkpoint are gone, and failed the job. */
    LOST_TRANSACTION("LostTransaction\\w*Exception", true),
    /**
     * The connector gave a transaction up. It says so too after a restart of a transaction that was
     * committed before the crash, so that this line alone proves nothing.
     */
    POSSIBLE_LOSS("likely data loss|potentially lost|Unable to commit", false),
    /** A producer was replaced by a newer one of its id. */
    FENCED("ProducerFenced|InvalidProducerEpoch|already fenced", false),
    /** A JVM ran out of memory. */
    OUT_OF_MEMORY("OutOfMemoryError", true);

    private final Pattern pattern;
    private final boolean failure;

    Kind(String pattern, boolean failure) {
      this.pattern = Pattern.compile(pattern);
      this.failure = failure;
    }

    /** Whether a single such message means that the run has failed. */
    public boolean isFailure() {
      return failure;
    }
  }

  /**
   * Messages of one kind.
   *
   * @param kind what they tell
   * @param count number of log lines
   * @param first the first of them, with the name of its file
   */
  public record Finding(Kind kind, long count, String first) {}

  private static final int SHOWN_CHARS = 300;

  private LogSearch() {}

  /**
   * Searches every {@code .log} and {@code .out} file in {@code directory}, rolled ones included. A
   * line counts for the first kind that it matches.
   */
  public static List<Finding> in(Path directory) throws IOException {
    Map<Kind, Finding> findings = new EnumMap<>(Kind.class);
    for (Path file : logs(directory)) {
      // Not Files.lines: a killed process may leave half a character.
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          for (Kind kind : Kind.values()) {
            if (kind.pattern.matcher(line).find()) {
              String shown = file.getFileName() + ": " + cut(line);
              findings.merge(
                  kind,
                  new Finding(kind, 1, shown),
                  (all, one) -> new Finding(kind, all.count() + 1, all.first()));
              break;
            }
          }
        }
      }
    }
    return List.copyOf(findings.values());
  }

  private static List<Path> logs(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.getFileName().toString().matches(".*\\.(log|out)(\\.\\d+)?"))
          .sorted()
          .toList();
    }
  }

  private static String cut(String line) {
    return line.length() <= SHOWN_CHARS ? line : line.substring(0, SHOWN_CHARS) + "...";
  }
}
