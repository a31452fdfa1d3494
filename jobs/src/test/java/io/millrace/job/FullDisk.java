package io.millrace.job;

import java.io.IOException;
import java.net.URI;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;

/** A disk of this machine, under a scheme of its own, that is full while a test says so. */
public final class FullDisk implements FileSystemFactory {
  private static final String SCHEME = "full-disk";

  private static volatile boolean isFull;

  /** Says whether nothing more can be written from now on. */
  static void fill(boolean full) {
    isFull = full;
  }

  /** A directory on it. */
  static String directory(java.nio.file.Path directory) {
    return SCHEME + "://" + directory.toAbsolutePath();
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileSystem create(URI uri) {
    return new Disk();
  }

  private static void requireRoom() throws IOException {
    if (isFull) {
      throw new IOException("No space left on device");
    }
  }

  private static final class Disk extends LocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create(SCHEME + ":///");
    }

    @Override
    public FSDataOutputStream create(Path path, WriteMode mode) throws IOException {
      requireRoom();
      return new Output(super.create(path, mode));
    }
  }

  private static final class Output extends FSDataOutputStream {
    private final FSDataOutputStream output;

    Output(FSDataOutputStream output) {
      this.output = output;
    }

    @Override
    public void write(int value) throws IOException {
      requireRoom();
      output.write(value);
    }

    @Override
    public void write(byte[] bytes, int start, int length) throws IOException {
      requireRoom();
      output.write(bytes, start, length);
    }

    @Override
    public long getPos() throws IOException {
      return output.getPos();
    }

    @Override
    public void flush() throws IOException {
      output.flush();
    }

    @Override
    public void sync() throws IOException {
      requireRoom();
      output.sync();
    }

    @Override
    public void close() throws IOException {
      output.close();
    }
  }
}
