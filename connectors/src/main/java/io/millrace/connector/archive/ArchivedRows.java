package io.millrace.connector.archive;

import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Reads rows of an archive again, from its finished files by Flink's {@link FileSource}, as lines
 * of JSON whatever their format is. Of rows in Parquet all fields must be texts, numbers or
 * booleans.
 */
public final class ArchivedRows {
  private ArchivedRows() {}

  /**
   * The rows of some days, each once, in any order.
   *
   * @param name name of the archive's directory
   * @param days days of UTC
   * @throws IllegalArgumentException where an option can't be, or no file of the days is finished
   * @throws IOException where the lists can't be read
   */
  public static FileSource<String> source(ReadableConfig config, String name, List<LocalDate> days)
      throws IOException {
    Path root = new Path(ArchiveOptions.directory(config), name);
    List<Path> files = new ArrayList<>();
    for (LocalDate day : days) {
      files.addAll(finished(root, day));
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              "the archive %s has no finished file of %s; give --archive and the day that it has",
              root, days));
    }
    return FileSource.forBulkFileFormat(new ArchivedFormat(), files.toArray(Path[]::new)).build();
  }

  /**
   * Reads the rows of one file of Parquet, as lines of JSON.
   *
   * @param line is told of each, in their order
   * @throws IOException where it can't be read, is damaged, or has other fields
   */
  public static void readParquet(Path file, Consumer<String> line) throws IOException {
    try (ParquetLines lines = ParquetLines.open(file)) {
      for (String next = lines.next(); next != null; next = lines.next()) {
        line.accept(next);
      }
    }
  }

  private static List<Path> finished(Path root, LocalDate day) throws IOException {
    FileSystem system = root.getFileSystem();
    JsonCodec<ArchivedFile> codec = JsonCodec.of(ArchivedFile.class);
    List<Path> files = new ArrayList<>();
    for (FileStatus list :
        lists(system, new Path(new Path(root, ArchiveDirectory.MANIFEST), "day=" + day))) {
      try (InputStream in = system.open(list.getPath())) {
        files.add(new Path(root, codec.decode(in.readAllBytes()).file()));
      } catch (RejectedException e) {
        throw new IOException(list.getPath() + " lists no file: " + e.getMessage(), e);
      }
    }
    return files;
  }

  /** The lists of a day, of which there may be none. */
  private static FileStatus[] lists(FileSystem system, Path directory) throws IOException {
    try {
      FileStatus[] found = system.listStatus(directory);
      return found == null
          ? new FileStatus[0]
          : Arrays.stream(found).filter(ArchiveDirectory::isList).toArray(FileStatus[]::new);
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }
}
