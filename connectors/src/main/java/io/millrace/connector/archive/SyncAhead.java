package io.millrace.connector.archive;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Has what is written into files of the machine brought to its disk while more is written. A
 * checkpoint waits for the disk, in the task that reads, and so waits for the last of it alone.
 *
 * <p>What the disk refuses is told once, so whoever writes asks for it before each checkpoint.
 */
final class SyncAhead {
  private static final int EVERY_BYTES = 16 << 20;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread made = new Thread(work, "archive-sync");
            made.setDaemon(true);
            return made;
          });

  private @Nullable Future<?> running;
  private long bytesSince;

  /**
   * Takes note of what was written.
   *
   * @param file into which, one that several threads may use at once
   * @throws IOException where the disk refused what was written before
   */
  void wrote(FSDataOutputStream file, int bytes) throws IOException, InterruptedException {
    bytesSince += bytes;
    Future<?> last = running;
    if (bytesSince < EVERY_BYTES || (last != null && !last.isDone())) {
      return;
    }
    await();
    bytesSince = 0;
    running =
        thread.submit(
            () -> {
              sync(file);
              return null;
            });
  }

  private static void sync(FSDataOutputStream file) throws IOException {
    try {
      file.sync();
    } catch (ClosedChannelException e) {
      // It was finished or given up meanwhile, as any file may be; nothing more is to be done.
    }
  }

  /**
   * Waits until nothing is on its way any more.
   *
   * @throws IOException where the disk refused some of it
   */
  void await() throws IOException, InterruptedException {
    Future<?> last = running;
    if (last == null) {
      return;
    }
    running = null;
    try {
      last.get();
    } catch (ExecutionException e) {
      throw new IOException("a file of the archive can't be brought to disk", e.getCause());
    }
  }

  void close() {
    thread.shutdown();
  }
}
