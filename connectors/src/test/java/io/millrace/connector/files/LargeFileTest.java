package io.millrace.connector.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connector.files.FileEvent.Kind;
import io.millrace.connector.files.FormatSpec.ArchiveLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file takes the same memory to its end as at its beginning, however large it is. Its bytes are
 * made while they are read, so that it needs no disk.
 */
class LargeFileTest {
  /** How large it is, unpacked. */
  private static final long MEGABYTES = Long.getLong("millrace.file-megabytes", 64);

  /** What one that kept rows would have beyond this before its end, even of the smallest. */
  private static final long SPARE_BYTES = 16L << 20;

  private static final int LOOKS = 10;
  private static final FormatSpec FORMAT =
      new FormatSpec(null, List.of(), "record", null, 64 * 1024, ArchiveLimits.DEFAULT);

  @ParameterizedTest
  @ValueSource(strings = {"orders.csv", "orders.csv.gz"})
  void rows_ofALargeFile_leaveTheHeapAsItIsAfterTheFirstOnes(String name) throws Exception {
    long expected = MEGABYTES * 1_000_000 / Orders.ROW_BYTES;
    Made store = Made.of(name, expected);
    FileSplitReader reader =
        new FileSplitReader(
            store,
            FORMAT,
            () -> {
              throw new AssertionError("nothing fails");
            });
    reader.handleSplitsChanges(new SplitsAddition<>(List.of(FileSplit.of(store.file))));
    long rows = 0;
    long least = Long.MAX_VALUE;
    long most = 0;
    Kind last = Kind.STARTED;
    while (last != Kind.COMPLETED) {
      RecordsWithSplitIds<FileStep> batch = reader.fetch();
      while (batch.nextSplit() != null) {
        for (FileStep step = batch.nextRecordFromSplit();
            step != null;
            step = batch.nextRecordFromSplit()) {
          last = step.kind();
          if (last == Kind.ROW) {
            assertThat(step.row()).isNotNull();
            if (++rows % (expected / LOOKS) == 0) {
              long used = usedBytes();
              least = Math.min(least, used);
              most = Math.max(most, used);
            }
          }
        }
      }
    }
    reader.close();

    System.out.printf(
        Locale.ROOT,
        "%s: %,d MB, %,d rows; heap after a collection from %.1f to %.1f MB%n",
        name,
        MEGABYTES,
        rows,
        least / 1e6,
        most / 1e6);
    assertThat(rows).isEqualTo(expected);
    assertThat(most - least).isLessThan(SPARE_BYTES);
  }

  private static long usedBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** A CSV of so many rows, all equally long. */
  private static final class Orders extends InputStream {
    static final int ROW_BYTES =
        "order-000000000000,customer-00000,00000,EUR,at the door\n".length();

    private final long rows;
    private final SplittableRandom random = new SplittableRandom(1);
    private long made;
    private ByteArrayInputStream next =
        new ByteArrayInputStream("orderId,customer,amountMinor,currency,note\n".getBytes(US_ASCII));

    Orders(long rows) {
      this.rows = rows;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int from, int length) {
      if (next.available() == 0) {
        StringBuilder text = new StringBuilder(1_000 * ROW_BYTES);
        for (int i = 0; i < 1_000 && made < rows; i++, made++) {
          text.append("order-").append(digits(made, 1_000_000_000_000L)).append(",customer-");
          text.append(digits(random.nextInt(100_000), 100_000)).append(',');
          text.append(digits(random.nextInt(100_000), 100_000)).append(",EUR,at the door\n");
        }
        next = new ByteArrayInputStream(text.toString().getBytes(US_ASCII));
      }
      return next.read(to, from, length);
    }

    private static String digits(long number, long above) {
      return String.valueOf(above + number).substring(1);
    }
  }

  /** Packs bytes while they are read. */
  private static final class Packed extends InputStream {
    private final InputStream unpacked;
    private final ByteArrayOutputStream ready = new ByteArrayOutputStream();
    private final GZIPOutputStream packing;
    private ByteArrayInputStream next = new ByteArrayInputStream(new byte[0]);
    private boolean ended;

    Packed(InputStream unpacked) throws IOException {
      this.unpacked = unpacked;
      this.packing = new GZIPOutputStream(ready);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      byte[] chunk = new byte[64 * 1024];
      while (next.available() == 0 && !ended) {
        int read = unpacked.read(chunk);
        if (read < 0) {
          ended = true;
          packing.finish();
        } else {
          packing.write(chunk, 0, read);
        }
        next = new ByteArrayInputStream(ready.toByteArray());
        ready.reset();
      }
      return next.read(to, from, length);
    }
  }

  /** A directory with that one file. */
  private static final class Made extends ReadOnlyStore {
    private final IngestedFile file;
    private final long rows;

    private Made(IngestedFile file, long rows) {
      this.file = file;
      this.rows = rows;
    }

    /** Reads it once, as the job does to know whether it is known. */
    static Made of(String name, long rows) throws Exception {
      MessageDigest digest = IngestedFile.digest();
      byte[] chunk = new byte[64 * 1024];
      long bytes = 0;
      try (InputStream in = content(name, rows)) {
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
          digest.update(chunk, 0, read);
          bytes += read;
        }
      }
      return new Made(
          IngestedFile.of(new FileStat(name, bytes, 1_000), digest.digest(), 2_000), rows);
    }

    private static InputStream content(String name, long rows) throws IOException {
      Orders orders = new Orders(rows);
      return name.endsWith(".gz") ? new Packed(orders) : orders;
    }

    @Override
    public List<FileStat> list() {
      return List.of(file.stat());
    }

    @Override
    public Optional<FileStat> stat(String name) {
      return Optional.of(file.stat());
    }

    @Override
    public InputStream open(String name, long offset) throws IOException {
      InputStream in = content(name, rows);
      in.skipNBytes(offset);
      return in;
    }
  }
}
