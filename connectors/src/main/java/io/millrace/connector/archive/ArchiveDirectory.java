package io.millrace.connector.archive;

import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;

/**
 * The directory of an archive, and what is in it beside the rows: {@code _manifest} has a list of
 * each finished file, and the mark of each task that has ended; {@code _SUCCESS} is there once all
 * have. Names that begin with an underscore are passed over by what reads such directories.
 *
 * <p>On a file system of the machine only the user of the job can enter it.
 */
final class ArchiveDirectory {
  static final String MANIFEST = "_manifest";
  static final String SUCCESS = "_SUCCESS";

  private static final String LIST_SUFFIX = ".json";
  private static final String END_PREFIX = "end-";
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final long LINE_FEEDS = 0x0A0A0A0A0A0A0A0AL;
  private static final long LOW_BITS = 0x7F7F7F7F7F7F7F7FL;
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final Path root;

  ArchiveDirectory(Path root) {
    this.root = root;
  }

  /** Whether its files are on a file system of this machine. */
  boolean isOfThisMachine() throws IOException {
    return isOfThisMachine(root.getFileSystem());
  }

  /** Makes it, and says that it is not complete, or not any more. */
  void open() throws IOException {
    FileSystem files = root.getFileSystem();
    files.mkdirs(root);
    if (isOfThisMachine(files)) {
      restrict(root, "rwx------");
    }
    files.delete(new Path(root, SUCCESS), false);
  }

  /** Reads a finished file back, and says what is in it. */
  void list(Path file) throws IOException {
    FileSystem files = root.getFileSystem();
    if (isOfThisMachine(files)) {
      restrict(file, "rw-------");
    }
    String day = file.getParent().getName();
    ArchivedFile listed = read(files, file, day + "/" + file.getName());
    Path list = new Path(new Path(new Path(root, MANIFEST), day), file.getName() + LIST_SUFFIX);
    write(files, list, JsonCodec.of(ArchivedFile.class).encode(listed));
  }

  /**
   * Marks that a task has ended, and that all have where it is so.
   *
   * @param task {@code <run>-<task>-of-<tasks>}
   */
  void end(String task) throws IOException {
    FileSystem files = root.getFileSystem();
    Path manifest = new Path(root, MANIFEST);
    write(files, new Path(manifest, END_PREFIX + task), new byte[0]);
    String ofTasks = task.substring(task.lastIndexOf('-'));
    int tasks = Integer.parseInt(ofTasks.substring(1));
    String run = END_PREFIX + task.substring(0, task.indexOf('-') + 1);
    int ended = 0;
    for (FileStatus each : files.listStatus(manifest)) {
      String name = each.getPath().getName();
      ended += name.startsWith(run) && name.endsWith(ofTasks) ? 1 : 0;
    }
    if (ended == tasks) {
      // Each task marks its end after its files and their lists, so all of those are seen by now.
      write(files, new Path(root, SUCCESS), JsonCodec.of(ArchivedRun.class).encode(sum(files)));
    }
  }

  /** Adds up what is listed, once it is seen to be there. */
  private ArchivedRun sum(FileSystem files) throws IOException {
    JsonCodec<ArchivedFile> codec = JsonCodec.of(ArchivedFile.class);
    long count = 0;
    long rows = 0;
    long bytes = 0;
    for (FileStatus day : files.listStatus(new Path(root, MANIFEST))) {
      if (!day.isDir()) {
        continue;
      }
      for (FileStatus list : files.listStatus(day.getPath())) {
        if (!isList(list)) {
          continue;
        }
        try (InputStream in = files.open(list.getPath())) {
          ArchivedFile file = codec.decode(in.readAllBytes());
          requireThere(files, file);
          count++;
          rows += file.rows();
          bytes += file.bytes();
        } catch (RejectedException e) {
          throw new IOException(list.getPath() + " lists no file: " + e.getMessage(), e);
        }
      }
    }
    return new ArchivedRun(count, rows, bytes);
  }

  /** Some stores show what is left of a write that was cut off, under a name of theirs. */
  static boolean isList(FileStatus file) {
    return file.getPath().getName().endsWith(LIST_SUFFIX);
  }

  private void requireThere(FileSystem files, ArchivedFile listed) throws IOException {
    Path file = new Path(root, listed.file());
    long bytes;
    try {
      bytes = files.getFileStatus(file).getLen();
    } catch (FileNotFoundException e) {
      throw new IOException(
          file + " is listed but not there, so that the archive is not complete; bring it back", e);
    }
    if (bytes != listed.bytes()) {
      throw new IOException(
          String.format(
              "%s has %d bytes and is listed with %d, so that the archive is not complete; bring it"
                  + " back from a copy",
              file, bytes, listed.bytes()));
    }
  }

  private static ArchivedFile read(FileSystem files, Path file, String name) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    boolean isParquet = name.endsWith(ArchiveFormat.PARQUET.suffix());
    long rows = 0;
    long bytes = 0;
    byte[] chunk = new byte[CHUNK_BYTES];
    try (InputStream in = new DigestInputStream(files.open(file), digest)) {
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        bytes += read;
        rows += isParquet ? 0 : lineFeeds(chunk, read);
      }
    }
    if (isParquet) {
      try (FSDataInputStream in = files.open(file)) {
        rows = ParquetFiles.rows(in, bytes);
      }
    }
    return new ArchivedFile(name, rows, bytes, HexFormat.of().formatHex(digest.digest()));
  }

  /** How many line feeds there are, eight bytes at a time. */
  private static int lineFeeds(byte[] chunk, int length) {
    int found = 0;
    int at = 0;
    for (; at + Long.BYTES <= length; at += Long.BYTES) {
      long others = (long) WORDS.get(chunk, at) ^ LINE_FEEDS;
      // The highest bit of a byte stays clear where all of its bits are.
      found += Long.bitCount(~(((others & LOW_BITS) + LOW_BITS) | others | LOW_BITS));
    }
    for (; at < length; at++) {
      found += chunk[at] == '\n' ? 1 : 0;
    }
    return found;
  }

  /** Writes a file unless it is there as it is to be, so that nothing changes once all is there. */
  private static void write(FileSystem files, Path path, byte[] content) throws IOException {
    if (has(files, path, content)) {
      return;
    }
    try (OutputStream out = files.create(path, WriteMode.OVERWRITE)) {
      out.write(content);
    }
  }

  private static boolean has(FileSystem files, Path path, byte[] content) throws IOException {
    try (InputStream in = files.open(path)) {
      return Arrays.equals(content, in.readNBytes(content.length + 1));
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  private static boolean isOfThisMachine(FileSystem files) {
    return !files.isDistributedFS();
  }

  private static void restrict(Path path, String permissions) throws IOException {
    java.nio.file.Path local = java.nio.file.Path.of(path.getPath());
    if (Files.getFileStore(local).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(local, PosixFilePermissions.fromString(permissions));
    }
  }
}
