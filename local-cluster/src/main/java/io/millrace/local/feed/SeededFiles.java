package io.millrace.local.feed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Makes up files of orders, as CSV, JSON lines, JSON and XML in turn: for one seed always the same
 * ones. One row of 200 has no form that can be read. A file is written under another name and gets
 * its own when it is complete.
 *
 * @param seed of what is made up
 * @param rowsPerSecond rows a second, positive
 */
public record SeededFiles(long seed, long rowsPerSecond) {
  private static final long SECONDS_PER_FILE = 5;
  private static final int POOR_ROWS = 200;
  private static final int CUSTOMERS = 5_000;
  private static final int MOST_MINOR = 50_000;
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final String[] SUFFIXES = {"csv", "jsonl", "json", "xml"};

  /**
   * Writes a file every five seconds, until {@code stop} becomes true or {@code duration} is over.
   *
   * @throws IOException where a file can't be written
   */
  public void writeLive(Path directory, Duration duration, BooleanSupplier stop)
      throws IOException {
    Files.createDirectories(directory);
    long start = System.nanoTime();
    long count = files(duration);
    for (long number = 0; number < count; number++) {
      long due = TimeUnit.SECONDS.toNanos(number * SECONDS_PER_FILE);
      while (System.nanoTime() - start < due) {
        if (stop.getAsBoolean()) {
          return;
        }
        LockSupport.parkNanos(TICK_NANOS);
      }
      if (stop.getAsBoolean()) {
        return;
      }
      write(directory, number);
    }
  }

  /**
   * Writes at once what {@link #writeLive} would write in {@code duration}.
   *
   * @return the number of rows
   * @throws IOException where a file can't be written
   */
  public long writePast(Path directory, Duration duration, BooleanSupplier stop)
      throws IOException {
    Files.createDirectories(directory);
    long number = 0;
    for (; number < files(duration) && !stop.getAsBoolean(); number++) {
      write(directory, number);
    }
    return number * rowsPerFile();
  }

  private static long files(Duration duration) {
    return Math.max(1, duration.toSeconds() / SECONDS_PER_FILE);
  }

  private long rowsPerFile() {
    return rowsPerSecond * SECONDS_PER_FILE;
  }

  private void write(Path directory, long number) throws IOException {
    String suffix = SUFFIXES[(int) (number % SUFFIXES.length)];
    String name = String.format(Locale.ROOT, "orders-%06d.%s", number, suffix);
    Path unfinished = directory.resolve(name + ".part");
    Files.write(unfinished, text(suffix, number).getBytes(StandardCharsets.UTF_8));
    Files.move(unfinished, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private String text(String suffix, long number) {
    SplittableRandom random = new SplittableRandom(seed * 31 + number);
    StringBuilder text = new StringBuilder();
    long rows = rowsPerFile();
    text.append(
        switch (suffix) {
          case "csv" -> "orderId,customer,amountMinor,note\r\n";
          case "json" -> "[";
          case "xml" -> "<?xml version=\"1.0\"?><orders>";
          default -> "";
        });
    for (long row = 0; row < rows; row++) {
      String id = "o-" + number + "-" + row;
      String customer = "c-" + random.nextInt(CUSTOMERS);
      int amountMinor = random.nextInt(MOST_MINOR);
      boolean isPoor = random.nextInt(POOR_ROWS) == 0;
      text.append(
          switch (suffix) {
            case "csv" ->
                id
                    + ","
                    + customer
                    + ","
                    + amountMinor
                    + (isPoor ? "" : ",\"as \"\"usual\"\"\"")
                    + "\r\n";
            case "xml" ->
                "<record id=\""
                    + id
                    + "\"><customer>"
                    + customer
                    + "</customer><amountMinor>"
                    + amountMinor
                    + "</amountMinor></record>";
            default ->
                (suffix.equals("json") && row > 0 ? "," : "")
                    + (isPoor
                        ? "\"" + id + "\""
                        : String.format(
                            Locale.ROOT,
                            "{\"orderId\":\"%s\",\"customer\":\"%s\",\"amountMinor\":%d}",
                            id,
                            customer,
                            amountMinor))
                    + "\n";
          });
    }
    text.append(
        switch (suffix) {
          case "json" -> "]";
          case "xml" -> "</orders>";
          default -> "";
        });
    return text.toString();
  }
}
