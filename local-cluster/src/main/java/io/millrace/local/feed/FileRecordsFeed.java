package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.files.FileRecorded;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Rows of files of orders, as file ingestion gives them, five hundred a file. Six hours pass in six
 * minutes, then it goes on with the clock.
 */
public final class FileRecordsFeed implements SeededFeed {
  private static final int ROWS_PER_FILE = 500;
  private static final int CUSTOMERS = 5_000;
  private static final int MOST_MINOR = 50_000;

  private final JsonCodec<FileRecorded> codec = Topics.FILE_INGESTION_RECORDS.codec();
  private final FastForward time = new FastForward();
  private final SplittableRandom random;
  private final long seed;
  private long rows;

  /** Rows that are the same for one seed. */
  public FileRecordsFeed(long seed) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  @Override
  public Topic<?> topic() {
    return Topics.FILE_INGESTION_RECORDS;
  }

  @Override
  public byte[] next(long now) {
    long file = rows / ROWS_PER_FILE;
    long row = rows % ROWS_PER_FILE + 1;
    rows++;
    String fileId = String.format(Locale.ROOT, "%016x%016x", seed, file);
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("orderId", "o-" + file + "-" + row);
    fields.put("customer", "c-" + random.nextInt(CUSTOMERS));
    fields.put("amountMinor", String.valueOf(random.nextInt(MOST_MINOR)));
    return codec.encode(
        new FileRecorded(
            fileId + ":" + row,
            fileId,
            String.format(Locale.ROOT, "orders-%06d.csv", file),
            row,
            time.at(now),
            fields));
  }
}
