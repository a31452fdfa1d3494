package io.millrace.job.bench;

import io.millrace.operator.reconcile.Claim;
import io.millrace.operator.reconcile.LedgerEntry;

/**
 * Entries of ledgers, each in a number of eight bytes: the upper four tell its time, in
 * milliseconds since {@link #START}, the last bit whether it is of the right ledger, and those
 * between the number of its reference. So numbers that rise are entries in the order of time.
 */
final class PackedEntries {
  static final String LEFT = "orders";
  static final String RIGHT = "bank";

  /** 2026-01-01T00:00:00Z. */
  static final long START = 1_767_225_600_000L;

  private static final long DAY_MILLIS = 24L * 3_600_000;
  private static final String LEFT_ID = "order-";
  private static final String RIGHT_ID = "credit-";

  private PackedEntries() {}

  static long at(long packed) {
    return START + (packed >>> Integer.SIZE);
  }

  static boolean isLeft(long packed) {
    return (packed & 1) == 0;
  }

  static int number(long packed) {
    return (int) packed >>> 1;
  }

  static String entryId(long packed) {
    return (isLeft(packed) ? LEFT_ID : RIGHT_ID) + number(packed);
  }

  static String reference(long packed) {
    return "PAYMENT-" + number(packed);
  }

  static long amountMinor(long packed) {
    return 100L + number(packed) % 100_000;
  }

  static LedgerEntry entry(long packed) {
    long at = at(packed);
    return new LedgerEntry(
        entryId(packed),
        isLeft(packed) ? LEFT : RIGHT,
        reference(packed),
        at,
        Math.floorDiv(at, DAY_MILLIS),
        amountMinor(packed),
        "EUR",
        "");
  }

  static Claim claim(long packed) {
    LedgerEntry entry = entry(packed);
    return new Claim(entry.entryId(), entry, LedgerEntry.hash(entry.entryId()), null);
  }

  /** The number of an entry's reference. */
  static long number(LedgerEntry entry) {
    return number(entry.entryId());
  }

  /** The number of an entry's reference by its id. */
  static long number(String entryId) {
    return Long.parseLong(entryId, entryId.indexOf('-') + 1, entryId.length(), 10);
  }
}
