package io.millrace.connector.files;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file from an offset to the size that it was listed with. Where the connection fails or ends
 * early it goes on from the byte it had come to, as long as the file is still the same; one that
 * was replaced or changed is damaged from there on. Closes with the stream, not with the store.
 *
 * <p><b>Space</b>: none. <b>Time</b>: one listing when it is opened, and one at the end.
 */
final class ResumingStream extends InputStream {
  private final FileStore store;
  private final FileStat file;
  private final Retries retries;
  private final Runnable failed;

  private long offset;
  private @Nullable InputStream in;

  /**
   * A stream.
   *
   * @param failed told of each failure that is tried again
   */
  ResumingStream(FileStore store, FileStat file, long offset, Retries retries, Runnable failed) {
    this.store = store;
    this.file = file;
    this.offset = offset;
    this.retries = retries;
    this.failed = failed;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] to, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (offset >= file.size()) {
      if (in != null) {
        close();
        retries.call(this::requireSame, failed);
      }
      return -1;
    }
    int wanted = (int) Math.min(length, file.size() - offset);
    int read = retries.call(() -> attempt(to, from, wanted), failed);
    offset += read;
    return read;
  }

  private int attempt(byte[] to, int from, int length) throws IOException {
    try {
      InputStream open = in;
      if (open == null) {
        requireSame();
        open = store.open(file.name(), offset);
        in = open;
      }
      int read = open.read(to, from, length);
      if (read < 0) {
        throw new IOException("the connection ended in the middle of " + file.name());
      }
      return read;
    } catch (IOException e) {
      abandon();
      throw e;
    }
  }

  private boolean requireSame() throws IOException {
    Optional<FileStat> now = store.stat(file.name());
    if (!now.equals(Optional.of(file))) {
      throw new DamagedFileException(
          now.isEmpty()
              ? "the file was removed while it was read"
              : "the file was changed while it was read");
    }
    return true;
  }

  private void abandon() {
    try {
      close();
    } catch (IOException e) {
      // What is told is the failure that it is closed for.
      in = null;
    }
  }

  @Override
  public void close() throws IOException {
    InputStream open = in;
    in = null;
    if (open != null) {
      open.close();
    }
  }
}
