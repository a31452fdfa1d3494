package io.millrace.local.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * A file of orders.
 *
 * @param file the one file of its directory
 * @param rows how many rows it has
 * @param bytes how many bytes
 * @param checksum sum of the lengths of all that its fields say
 */
record FileLoad(Path file, int rows, long bytes, long checksum) {
  private static final int CUSTOMERS = 100_000;
  private static final int MOST_MINOR = 50_000;

  /** One note of so many has something that CSV and JSON must escape. */
  private static final int ESCAPED_OF = 20;

  /** Makes rows and writes them; stops early where {@code stop} says so. */
  static FileLoad write(Path directory, String suffix, int rows, long seed, BooleanSupplier stop)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    boolean isCsv = suffix.equals("csv");
    Path file = Files.createDirectories(directory).resolve("orders." + suffix);
    int written = 0;
    long checksum = 0;
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write(isCsv ? "orderId,customer,amountMinor,currency,placedAt,note\n" : "");
      for (; written < rows && !stop.getAsBoolean(); written++) {
        String id = "order-" + written;
        String customer = "customer-" + random.nextInt(CUSTOMERS);
        String amount = String.valueOf(random.nextInt(MOST_MINOR));
        String placed = String.valueOf(1_769_850_000_000L + written);
        boolean isEscaped = random.nextInt(ESCAPED_OF) == 0;
        String note = isEscaped ? "leave it with \"the neighbours\"" : "leave it at the door";
        checksum +=
            id.length()
                + customer.length()
                + amount.length()
                + "EUR".length()
                + placed.length()
                + note.length();
        String row =
            isCsv
                ? String.join(",", id, customer, amount, "EUR", placed, quoted(note, "\"\""))
                : "{\"orderId\":\""
                    + id
                    + "\",\"customer\":\""
                    + customer
                    + "\",\"amountMinor\":"
                    + amount
                    + ",\"currency\":\"EUR\",\"placedAt\":"
                    + placed
                    + ",\"note\":"
                    + quoted(note, "\\\"")
                    + "}";
        out.write(row);
        out.write('\n');
      }
    }
    return new FileLoad(file, written, Files.size(file), checksum);
  }

  private static String quoted(String text, String quote) {
    return '"' + text.replace("\"", quote) + '"';
  }

  double bytesPerRow() {
    return (double) bytes / Math.max(1, rows);
  }
}
