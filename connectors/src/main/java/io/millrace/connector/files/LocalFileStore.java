package io.millrace.connector.files;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A directory that is mounted on this machine, at the same path on all that read it. */
final class LocalFileStore implements FileStore {
  private final Path directory;

  LocalFileStore(Path directory) {
    this.directory = directory;
  }

  @Override
  public List<FileStat> list() throws IOException {
    List<FileStat> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (FileStat.isName(name)) {
          stat(name).ifPresent(files::add);
        }
      }
    }
    return files;
  }

  @Override
  public Optional<FileStat> stat(String name) throws IOException {
    try {
      BasicFileAttributes is =
          Files.readAttributes(path(name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return is.isRegularFile()
          ? Optional.of(new FileStat(name, is.size(), is.lastModifiedTime().toMillis()))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public InputStream open(String name, long offset) throws IOException {
    SeekableByteChannel channel;
    try {
      channel =
          Files.newByteChannel(
              path(name), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    } catch (AccessDeniedException e) {
      throw new UnreadableFileException(name);
    }
    try {
      channel.position(offset);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return Channels.newInputStream(channel);
  }

  @Override
  public OutputStream create(String name) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path(name),
            Set.<OpenOption>of(
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING,
                LinkOption.NOFOLLOW_LINKS));
    return new FilterOutputStream(Channels.newOutputStream(channel)) {
      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
      }

      @Override
      public void close() throws IOException {
        try (channel) {
          if (channel.isOpen()) {
            channel.force(true);
          }
        }
      }
    };
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(path(from), path(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(path(name));
  }

  /** The path of a file, which lies in the directory and nowhere else, wherever that itself is. */
  private Path path(String name) throws IOException {
    Path root = directory.toRealPath();
    Path path = root.resolve(FileStat.requireName(name)).normalize();
    if (!root.equals(path.getParent())) {
      throw new IllegalArgumentException("not the name of a file in its directory");
    }
    return path;
  }

  @Override
  public void close() {
    // Nothing stays open between two calls.
  }
}
