package io.millrace.local.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The directory of one run, {@code <base>/run-<pid>}: everything that the run writes is in it, and
 * it goes with the run. Only its owner may enter it.
 *
 * <p>A run that was killed leaves its directory and its child processes behind. The directory says
 * who they are, so that the next run can remove them: see {@link #removeAbandoned}.
 */
public final class RunDirectory implements AutoCloseable {
  /**
   * What a killed run left behind.
   *
   * @param pid process id that the run had
   * @param ended names of its child processes that still ran, and were ended
   */
  public record Abandoned(long pid, List<String> ended) {}

  private static final String RUN_PREFIX = "run-";
  private static final String STALE_PREFIX = "stale-";
  private static final String PROCESSES = "processes";
  private static final String OWNER = "owner";
  private static final String LOG = "run.log";
  private static final String KEPT_LOGS = "logs";
  private static final String PROCESS_LOGS = "logs";
  private static final int KEPT_LOGS_MAX = 20;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private final Path base;
  private final Path path;

  private RunDirectory(Path base, Path path) {
    this.base = base;
    this.path = path;
  }

  /**
   * Takes the directory of this process under {@code base}; both are created where they are
   * missing.
   *
   * @throws IOException where {@code base} can't be used; the message says why
   */
  public static RunDirectory open(Path base) throws IOException {
    requireOwn(base);
    Path path = of(base, ProcessHandle.current().pid());
    Files.createDirectories(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    RunDirectory directory = new RunDirectory(base, path);
    directory.record(OWNER, ProcessIdentity.current());
    return directory;
  }

  /** Where the directory of the process {@code pid} is, or will be. */
  public static Path of(Path base, long pid) {
    return base.resolve(RUN_PREFIX + pid);
  }

  /** The directory itself. */
  public Path path() {
    return path;
  }

  /** The log file of the run. */
  public Path log() {
    return path.resolve(LOG);
  }

  /** Notes a child process, so that the next run can end it where this one can't any more. */
  public void recordChild(String name, long pid) throws IOException {
    ProcessHandle child =
        ProcessHandle.of(pid)
            .orElseThrow(() -> new IOException(name + " (process " + pid + ") has ended already"));
    record(name, ProcessIdentity.of(child));
  }

  /**
   * Moves the log to where it stays after this run, and those of its processes into a directory of
   * the same name; the newest 20 are kept.
   *
   * @return where it is now; empty where nothing was logged
   */
  public Optional<Path> keepLog() throws IOException {
    if (!Files.exists(log())) {
      return Optional.empty();
    }
    Path kept = base.resolve(KEPT_LOGS);
    Files.createDirectories(kept, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    ProcessIdentity owner = ProcessIdentity.current();
    String name = "run-" + owner.startedAt() + "-" + UUID.randomUUID();
    Path target = kept.resolve(name + ".log");
    Files.move(log(), target);
    Path processes = path.resolve(PROCESS_LOGS);
    if (Files.isDirectory(processes)) {
      Files.move(processes, kept.resolve(name));
    }
    try (Stream<Path> logs = Files.list(kept)) {
      List<Path> surplus =
          logs.sorted(Comparator.comparingLong(RunDirectory::modifiedAt).reversed())
              .skip(KEPT_LOGS_MAX)
              .toList();
      for (Path log : surplus) {
        Trees.delete(log);
      }
    }
    return Optional.of(target);
  }

  /** Deletes the directory with everything in it. */
  @Override
  public void close() throws IOException {
    Trees.delete(path);
  }

  /** Deletes a run's directory that nothing was started in. */
  public static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      Trees.delete(directory);
    }
  }

  /**
   * Removes what killed runs left under {@code base}: ends their child processes that still run and
   * deletes their directories. Directories of living runs are left alone.
   */
  public static List<Abandoned> removeAbandoned(Path base)
      throws IOException, InterruptedException {
    List<Abandoned> removed = new ArrayList<>();
    if (!Files.isDirectory(base)) {
      return removed;
    }
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(base)) {
      for (Path directory : directories) {
        String name = directory.getFileName().toString();
        if (name.startsWith(STALE_PREFIX)) {
          Trees.delete(directory);
        } else if (name.matches(RUN_PREFIX + "\\d{1,18}")) {
          long pid = Long.parseLong(name.substring(RUN_PREFIX.length()));
          List<Entry> entries = entries(directory.resolve(PROCESSES));
          Path stale = base.resolve(STALE_PREFIX + UUID.randomUUID());
          if (!isOwned(pid, entries) && claim(directory, stale)) {
            List<String> ended = endChildren(entries);
            Trees.delete(stale);
            removed.add(new Abandoned(owner(entries).map(ProcessIdentity::pid).orElse(pid), ended));
          }
        }
      }
    }
    return removed;
  }

  /** Of several runs that find the same directory, one can rename it, and that one removes it. */
  private static boolean claim(Path directory, Path stale) throws IOException {
    try {
      Files.move(directory, stale, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static boolean isOwned(long pid, List<Entry> entries) {
    return owner(entries)
        // The directory is made a moment before its owner is written into it.
        .orElseGet(() -> new ProcessIdentity(pid, 0))
        .isAlive();
  }

  private static Optional<ProcessIdentity> owner(List<Entry> entries) {
    return entries.stream()
        .filter(entry -> entry.name().equals(OWNER))
        .map(Entry::process)
        .findFirst();
  }

  private static List<String> endChildren(List<Entry> entries) throws InterruptedException {
    List<String> ended = new ArrayList<>();
    for (Entry entry : entries) {
      if (!entry.name().equals(OWNER) && entry.process().end()) {
        ended.add(entry.name());
      }
    }
    return ended;
  }

  /** One line of the file of processes: {@code <name> <pid> <start in ms since the epoch>}. */
  private record Entry(String name, ProcessIdentity process) {}

  private void record(String name, ProcessIdentity process) throws IOException {
    Files.writeString(
        path.resolve(PROCESSES),
        name + " " + process.pid() + " " + process.startedAt() + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static List<Entry> entries(Path file) throws IOException {
    List<Entry> entries = new ArrayList<>();
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      return entries;
    }
    for (String line : lines) {
      // A run may have been killed in the middle of a line.
      if (line.matches("\\S+ \\d{1,18} \\d{1,18}")) {
        String[] words = line.split(" ", -1);
        entries.add(
            new Entry(
                words[0], new ProcessIdentity(Long.parseLong(words[1]), Long.parseLong(words[2]))));
      }
    }
    return entries;
  }

  /** In a directory that everybody may write to, somebody else may have been first. */
  private static void requireOwn(Path base) throws IOException {
    try {
      Files.createDirectories(base, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (FileAlreadyExistsException e) {
      throw new IOException(base + " is not a directory; set MILLRACE_HOME to one", e);
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(base);
    boolean othersWrite =
        permissions.contains(PosixFilePermission.GROUP_WRITE)
            || permissions.contains(PosixFilePermission.OTHERS_WRITE);
    if (othersWrite || !Files.isWritable(base)) {
      throw new IOException(
          base + " must be writable by you alone: chmod 700 it, or set MILLRACE_HOME");
    }
  }

  private static long modifiedAt(Path file) {
    return file.toFile().lastModified();
  }
}
