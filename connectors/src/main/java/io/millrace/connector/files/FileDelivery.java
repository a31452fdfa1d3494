package io.millrace.connector.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.schema.codec.JsonCodec;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings files to a directory in two steps, so that a reader finds each of them whole or not at
 * all. {@link #upload} writes one under a name that says it is not finished; {@link #release} gives
 * it its own, and then puts beside it a file with its SHA-256, in the form of {@code sha256sum},
 * and last the acknowledgement. Both steps may be done again after a failure, with the same result.
 *
 * <p>What fails is tried six times in all, with waits that double from 0.5 s. <b>Space</b>: a
 * buffer. Not safe for use by several threads.
 */
public final class FileDelivery implements Closeable {
  static final String UNFINISHED = ".part";
  static final String SUM = ".sha256";
  static final String ACK = ".ack";

  private static final Logger LOG = LoggerFactory.getLogger(FileDelivery.class);
  private static final int BUFFER_BYTES = 64 * 1024;

  /** More than an acknowledgement has. */
  private static final int MOST_ACK_BYTES = 8 * 1024;

  /** What a file holds. It is asked for once for each attempt. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes it, from its start.
     *
     * @return how many rows it has
     */
    long writeTo(OutputStream out) throws IOException;
  }

  private final FileStore store;
  private final String place;
  private final Retries retries;
  private final Runnable failed;
  private final JsonCodec<ExportedFile> acknowledgements = JsonCodec.of(ExportedFile.class);

  /**
   * Delivers to a directory, without a connection yet.
   *
   * @param failed told of each attempt that failed
   */
  public FileDelivery(FileLocation location, Runnable failed) {
    this(location.open(), location.toString(), Retries.DEFAULT, failed);
  }

  FileDelivery(FileStore store, String place, Retries retries, Runnable failed) {
    this.store = store;
    this.place = place;
    this.retries = retries;
    this.failed = failed;
  }

  /**
   * Makes sure that the directory can be listed, so that a wrong address or password shows before
   * there is anything to write.
   *
   * @throws IOException where it can't; the message says what to do
   */
  public void check() throws IOException {
    call("list", store::list);
  }

  /**
   * Writes a file under a name that says it is not finished, in place of what has that.
   *
   * @param name the name that it will have
   * @param gzip whether its bytes are compressed
   * @throws IOException where that fails; the message says what to do
   * @throws IllegalArgumentException where the name would lead out of the directory
   */
  public ExportedFile upload(
      String name, boolean gzip, long windowStart, long windowEnd, Content content)
      throws IOException {
    FileStat.requireName(name);
    return call(
        "write " + name,
        () -> {
          Counted counted = new Counted(store.create(name + UNFINISHED));
          long rows;
          try (OutputStream whole = counted;
              OutputStream out =
                  new BufferedOutputStream(
                      gzip ? new GZIPOutputStream(whole) : whole, BUFFER_BYTES)) {
            rows = content.writeTo(out);
          }
          requireSize(name, store.stat(name + UNFINISHED), counted.bytes);
          return new ExportedFile(
              name, rows, counted.bytes, counted.sha256(), windowStart, windowEnd);
        });
  }

  /**
   * Gives a file that was written its name, and acknowledges it. One that has been released stays
   * as it is. One that has been and is gone was taken by its reader.
   *
   * @throws IOException where that fails; the message says what to do
   */
  public void release(ExportedFile file) throws IOException {
    call(
        "release " + file.name(),
        () -> {
          releaseOnce(file);
          return file;
        });
  }

  private void releaseOnce(ExportedFile file) throws IOException {
    String name = file.name();
    byte[] acknowledgement = acknowledgements.encode(file);
    if (Arrays.equals(acknowledgement, read(name + ACK))) {
      store.delete(name + UNFINISHED);
      return;
    }
    Optional<FileStat> unfinished = store.stat(name + UNFINISHED);
    if (unfinished.isPresent()) {
      requireSize(name, unfinished, file.bytes());
      // What a run before wrote is another file, and must not be taken for this one.
      store.delete(name + ACK);
      store.delete(name + SUM);
      store.rename(name + UNFINISHED, name);
    } else if (store.stat(name).isEmpty()) {
      LOG.warn(
          "{} was released at {} and is not there any more; if nobody took it, restore a savepoint"
              + " from before",
          name,
          place);
      return;
    }
    requireSize(name, store.stat(name), file.bytes());
    put(name + SUM, (file.sha256() + "  " + name + "\n").getBytes(UTF_8));
    put(name + ACK, acknowledgement);
  }

  private void put(String name, byte[] content) throws IOException {
    try (OutputStream out = store.create(name + UNFINISHED)) {
      out.write(content, 0, content.length);
    }
    store.rename(name + UNFINISHED, name);
  }

  private byte[] read(String name) throws IOException {
    Optional<FileStat> found = store.stat(name);
    if (found.isEmpty() || found.get().size() > MOST_ACK_BYTES) {
      return new byte[0];
    }
    try (InputStream in = store.open(name, 0)) {
      return in.readNBytes(MOST_ACK_BYTES);
    }
  }

  private static void requireSize(String name, Optional<FileStat> found, long bytes)
      throws IOException {
    long there = found.map(FileStat::size).orElse(0L);
    if (found.isEmpty() || there != bytes) {
      throw new IOException(
          String.format("%s has %d bytes there, and %d were written", name, there, bytes));
    }
  }

  private <T> T call(String what, Retries.Attempt<T> attempt) throws IOException {
    try {
      return retries.call(attempt, failed);
    } catch (IOException e) {
      throw new IOException(
          String.format(
              "can't %s at %s in %d attempts (%s). See that the server of --location is up, that"
                  + " --credentials let in a user who may list, write, rename and remove files"
                  + " there, and that there is room; the job goes on from its last checkpoint, and"
                  + " no row is lost",
              what, place, retries.attempts(), e.getMessage()),
          e);
    }
  }

  @Override
  public void close() throws IOException {
    store.close();
  }

  /** Counts and digests what goes through. */
  private static final class Counted extends FilterOutputStream {
    private final MessageDigest digest = IngestedFile.digest();
    private long bytes;

    Counted(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      out.write(from, offset, length);
      digest.update(from, offset, length);
      bytes += length;
    }

    String sha256() {
      return HexFormat.of().formatHex(digest.digest());
    }
  }
}
