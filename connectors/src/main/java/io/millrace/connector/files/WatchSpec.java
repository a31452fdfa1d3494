package io.millrace.connector.files;

import java.io.Serializable;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Which files of a directory are read, and when.
 *
 * @param pattern the names, such as {@code *.csv}
 * @param pollMillis how often the directory is listed, positive
 * @param stableMillis for how long size and time of a file must stay
 * @param ack suffix of the empty file beside a complete one, such as {@code .done}; empty where
 *     there is none and {@code stableMillis} counts
 * @param bounded whether it ends once all that is there was read
 */
public record WatchSpec(
    String pattern, long pollMillis, long stableMillis, String ack, boolean bounded)
    implements Serializable {
  private static final List<String> UNFINISHED =
      List.of(".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~");

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException where the pattern is none, or a time is out of its range
   */
  public WatchSpec {
    if (pollMillis < 1 || stableMillis < 0) {
      throw new IllegalArgumentException("--poll must be longer than 0s");
    }
    if (!ack.isEmpty() && !FileStat.isName("a" + ack)) {
      throw new IllegalArgumentException("--ack must be the end of a name, such as .done");
    }
    FileSystems.getDefault().getPathMatcher("glob:" + pattern);
  }

  /** Which names may be those of complete files. */
  Predicate<String> names() {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    return name ->
        !name.startsWith(".")
            && (ack.isEmpty() || !name.endsWith(ack))
            && UNFINISHED.stream().noneMatch(name.toLowerCase(Locale.ROOT)::endsWith)
            && matcher.matches(Path.of(name));
  }

  /** How long it is between two listings: a run that waits for its end lists as often as helps. */
  long intervalMillis() {
    return bounded ? Math.max(1, Math.min(pollMillis, Math.max(stableMillis, 50))) : pollMillis;
  }
}
