package io.millrace.local.bench;

import io.millrace.local.feed.TopicFeeder;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.payments.LedgerEntryRecorded;
import io.millrace.schema.payments.MatchRuleSet;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * The entries of two ledgers that a benchmark reads, in the order of their times. An entry is a
 * number: the upper 32 bits tell its time, in milliseconds since {@link #START}, the last bit
 * whether it is of the right ledger, and those between the number of its reference.
 *
 * <p><b>Space</b>: 8 bytes an entry.
 */
final class EntryLoad {
  /** How far apart entries may be that match. */
  static final long WINDOW_MILLIS = 300_000;

  /** How far apart entries are at most that match. */
  static final int MOST_APART_MILLIS = 5_000;

  /** Entries of a second of each ledger. */
  static final int IN_A_SECOND = 1_000;

  /** Of so many references one has an entry on one side only. */
  static final int ALONE_OF = 20;

  /** Time of the first entry. */
  static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

  private static final String LEFT = "orders";
  private static final String RIGHT = "bank";
  private static final String RULE = "left-right";

  private final long[] entries;
  private final int matches;
  private final long matchesChecksum;
  private final long aloneChecksum;

  private EntryLoad(long[] entries, int matches, long matchesChecksum, long aloneChecksum) {
    this.entries = entries;
    this.matches = matches;
    this.matchesChecksum = matchesChecksum;
    this.aloneChecksum = aloneChecksum;
  }

  /**
   * Draws entries.
   *
   * @param matching whether all but one of {@link #ALONE_OF} references have an entry on each side;
   *     else none has
   */
  static EntryLoad draw(int records, long seed, boolean matching) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] entries = new long[records];
    int matches = 0;
    long matchesChecksum = 0;
    long aloneChecksum = 0;
    int number = 0;
    for (int drawn = 0; drawn < records; number++) {
      long at = drawn * 500L / IN_A_SECOND;
      boolean isAlone = !matching || random.nextInt(ALONE_OF) == 0 || drawn + 1 == records;
      if (isAlone) {
        entries[drawn++] = packed(at, number, matching ? random.nextInt(2) : number % 2);
        aloneChecksum += number;
      } else {
        int first = random.nextInt(2);
        entries[drawn++] = packed(at, number, first);
        entries[drawn++] = packed(at + random.nextInt(MOST_APART_MILLIS), number, 1 - first);
        matchesChecksum += number;
        matches++;
      }
    }
    Arrays.sort(entries);
    return new EntryLoad(entries, matches, matchesChecksum, aloneChecksum);
  }

  private static long packed(long at, int number, int side) {
    return (at << Integer.SIZE) | ((long) number << 1) | side;
  }

  /** Writes them into a file, 8 bytes each, the highest first. */
  void write(Path file) throws IOException {
    try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (long entry : entries) {
        out.writeLong(entry);
      }
    }
  }

  /** Writes them and their rule into their topics; stops early where {@code stop} says so. */
  long feed(TopicFeeder feeder, BooleanSupplier stop) throws IOException {
    feeder.send(
        Topics.RECON_RULES.name(),
        RULE.getBytes(StandardCharsets.UTF_8),
        Topics.RECON_RULES
            .codec()
            .encode(new MatchRuleSet(RULE, 1, START - 1, LEFT, RIGHT, null, "PT5M", null)));
    JsonCodec<LedgerEntryRecorded> codec = Topics.RECON_ENTRIES.codec();
    long bytes = 0;
    for (int i = 0; i < entries.length && !stop.getAsBoolean(); i++) {
      byte[] json = codec.encode(entry(entries[i]));
      // Without a key: a partition that is longer than the others would be timed on its own.
      feeder.send(Topics.RECON_ENTRIES.name(), null, json);
      bytes += json.length;
    }
    feeder.flush();
    return bytes;
  }

  private static LedgerEntryRecorded entry(long packed) {
    int number = (int) packed >>> 1;
    boolean isLeft = (packed & 1) == 0;
    return new LedgerEntryRecorded(
        (isLeft ? "order-" : "credit-") + number,
        isLeft ? LEFT : RIGHT,
        "PAYMENT-" + number,
        START + (packed >>> Integer.SIZE),
        null,
        100L + number % 100_000,
        "EUR",
        null,
        null);
  }

  int records() {
    return entries.length;
  }

  /** How many matches there are. */
  int matches() {
    return matches;
  }

  /** Sum of the numbers of the references that match. */
  long matchesChecksum() {
    return matchesChecksum;
  }

  /** Sum of the numbers of the references that don't. */
  long aloneChecksum() {
    return aloneChecksum;
  }
}
