package io.millrace.local.fault;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.files.FileRecorded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tries file export with rows of orders, which go to a directory of the run. One in a thousand
 * comes too late for its window, some are no rows at all.
 */
final class ExportTrial implements Trial {
  static final long WINDOW_MILLIS = 5_000;
  static final long OUT_OF_ORDERNESS_MILLIS = 5_000;

  private static final int MAX_DELAY_MILLIS = 2_000;
  private static final int ONE_LATE_IN = 1_000;
  private static final long LATE_BY_MILLIS = 20_000;
  private static final int CUSTOMERS = 5_000;
  private static final String FILE = "orders.csv";

  private final JsonCodec<FileRecorded> codec = Topics.FILE_INGESTION_RECORDS.codec();
  private final SplittableRandom random;
  private final IntSupplier poison;

  private @Nullable Path files;

  ExportTrial(long seed, IntSupplier poison) {
    random = new SplittableRandom(seed);
    this.poison = poison;
  }

  @Override
  public Topic<?> input() {
    return Topics.FILE_INGESTION_RECORDS;
  }

  @Override
  public Map<String, String> settings() {
    return Map.of(
        "window",
        WINDOW_MILLIS + "ms",
        "max-out-of-orderness",
        OUT_OF_ORDERNESS_MILLIS + "ms",
        "idle-timeout",
        "0s",
        "topics",
        Topics.FILE_INGESTION_RECORDS.name(),
        "format",
        "jsonl");
  }

  @Override
  public Map<String, String> place(Path directory) throws IOException {
    Path made = Files.createDirectories(directory.resolve("exported")).toAbsolutePath();
    files = made;
    return Map.of("location", "file:" + made);
  }

  @Override
  public LedgerRecord next(RecordId id, long now) {
    long at = now - random.nextInt(MAX_DELAY_MILLIS);
    if (random.nextInt(Trials.POISON_OF) < poison.getAsInt()) {
      // Well-formed, but without a file and a row.
      byte[] value =
          ("{\"recordId\":\"" + id.mark() + "\",\"at\":" + at + "}")
              .getBytes(StandardCharsets.UTF_8);
      return new LedgerRecord(id, at, id.toString(), value, null);
    }
    return record(id, random.nextInt(ONE_LATE_IN) == 0 ? at - LATE_BY_MILLIS : at);
  }

  @Override
  public LedgerRecord closing(RecordId id, long now) {
    return record(id, now + OUT_OF_ORDERNESS_MILLIS + 2 * WINDOW_MILLIS);
  }

  private LedgerRecord record(RecordId id, long at) {
    FileRecorded row =
        new FileRecorded(
            id.mark(),
            FILE,
            FILE,
            id.sequence() + 1L,
            at,
            new TreeMap<>(
                Map.of(
                    "customer",
                    "c-" + random.nextInt(CUSTOMERS),
                    "note",
                    "as \"usual\",\n\u00E4")));
    return new LedgerRecord(id, at, id.toString(), codec.encode(row), row);
  }

  @Override
  public JobOracle oracle(Ledger ledger) {
    if (files == null) {
      throw new IllegalStateException("judged before it has a directory");
    }
    return new ExportOracle(ledger, files);
  }
}
