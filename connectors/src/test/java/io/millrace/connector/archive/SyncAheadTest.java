package io.millrace.connector.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SyncAheadTest {
  private static final int ENOUGH = 16 << 20;

  private final SyncAhead disk = new SyncAhead();
  private final AtomicInteger synced = new AtomicInteger();

  @AfterEach
  void close() {
    disk.close();
  }

  /** A file that counts how often it is brought to disk, or refuses it. */
  private FSDataOutputStream file(@Nullable IOException refusal) {
    return new FSDataOutputStream() {
      @Override
      public long getPos() {
        return 0;
      }

      @Override
      public void write(int b) {}

      @Override
      public void flush() {}

      @Override
      public void sync() throws IOException {
        synced.incrementAndGet();
        if (refusal != null) {
          throw refusal;
        }
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void wrote_muchInto_isBroughtToDisk_andLittleWaits() throws Exception {
    disk.wrote(file(null), ENOUGH - 1);
    disk.await();
    assertThat(synced).hasValue(0);
    disk.wrote(file(null), 1);
    disk.await();
    assertThat(synced).hasValue(1);
    disk.wrote(file(null), 1);
    disk.await();
    assertThat(synced).hasValue(1);
  }

  @Test
  void await_ofWhatTheDiskRefused_failsOnce() throws Exception {
    disk.wrote(file(new IOException("no space")), ENOUGH);
    assertThatThrownBy(disk::await).isInstanceOf(IOException.class).hasRootCauseMessage("no space");
    assertThatCode(disk::await).doesNotThrowAnyException();
  }

  @Test
  void await_ofAFileThatWasFinishedMeanwhile_isDone() throws Exception {
    disk.wrote(file(new AsynchronousCloseException()), ENOUGH);
    assertThatCode(disk::await).doesNotThrowAnyException();
    assertThat(synced).hasValue(1);
  }
}
