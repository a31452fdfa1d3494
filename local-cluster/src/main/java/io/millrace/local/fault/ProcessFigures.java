package io.millrace.local.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a process of this machine holds, as Linux tells in {@code /proc}.
 *
 * @param memoryBytes its resident set
 * @param handles how many file descriptors it has open, sockets included
 * @param threads how many threads it has
 */
record ProcessFigures(long memoryBytes, long handles, long threads) {
  private static final Path PROC = Path.of("/proc");
  private static final String MEMORY = "VmRSS:";
  private static final String THREADS = "Threads:";

  /** Whether this machine tells. */
  static boolean areTold() {
    return Files.isReadable(PROC.resolve("self/status"))
        && Files.isDirectory(PROC.resolve("self/fd"));
  }

  /**
   * Of the process of that id; empty where it has ended.
   *
   * @throws IOException where it may not be looked at
   */
  static Optional<ProcessFigures> of(long pid) throws IOException {
    Path process = PROC.resolve(String.valueOf(pid));
    try (Stream<Path> handles = Files.list(process.resolve("fd"))) {
      return of(Files.readAllLines(process.resolve("status")), handles.count());
    } catch (NoSuchFileException ended) {
      return Optional.empty();
    } catch (UncheckedIOException endedMeanwhile) {
      throw endedMeanwhile.getCause();
    }
  }

  /** From the lines of {@code status}; empty where they have no memory, as those of a zombie. */
  static Optional<ProcessFigures> of(List<String> status, long handles) {
    Optional<Long> kibibytes = number(status, MEMORY);
    Optional<Long> threads = number(status, THREADS);
    return kibibytes.isEmpty() || threads.isEmpty()
        ? Optional.empty()
        : Optional.of(new ProcessFigures(kibibytes.get() * 1024, handles, threads.get()));
  }

  private static Optional<Long> number(List<String> status, String key) {
    return status.stream()
        .filter(line -> line.startsWith(key))
        .map(line -> Long.valueOf(line.substring(key.length()).strip().split(" ", -1)[0]))
        .findFirst();
  }
}
