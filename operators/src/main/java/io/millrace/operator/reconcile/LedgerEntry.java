package io.millrace.operator.reconcile;

import io.millrace.operator.sketch.ItemBytes;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Locale;

/**
 * An entry of a ledger, as it is matched.
 *
 * @param entryId id of the entry
 * @param ledger whose entry it is
 * @param reference what it is called on all sides, {@link #normalised}; empty for none
 * @param at when it was booked, in milliseconds since the epoch
 * @param valueDay the day from which it counts, in days since the epoch
 * @param amountMinor how much, in the currency's minor unit
 * @param currency code of the currency
 * @param counterparty with whom; empty where it is not known
 */
public record LedgerEntry(
    String entryId,
    String ledger,
    String reference,
    long at,
    long valueDay,
    long amountMinor,
    String currency,
    String counterparty) {
  /** The order in which entries come: by time, and at one time by id. */
  public static final Comparator<LedgerEntry> ORDER =
      Comparator.comparingLong(LedgerEntry::at)
          .thenComparing(LedgerEntry::entryId)
          .thenComparing(LedgerEntry::ledger)
          .thenComparingLong(LedgerEntry::amountMinor);

  /** Part of the layout of state. */
  private static final long SEED = 0x7265636f6e63696cL;

  private static final String ALONE = "\u0000";

  /** A reference without white space around it and in upper case. */
  public static String normalised(String reference) {
    return reference.strip().toUpperCase(Locale.ROOT);
  }

  /**
   * The key that entries are matched under: those of one reference have the same, and one without a
   * reference has its own.
   */
  public long route() {
    return hash(reference.isEmpty() ? ALONE + entryId : reference);
  }

  /** 64 bits of a hash of a text, the same on every machine and in every version. */
  public static long hash(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ItemBytes.hash(SEED, bytes, 0, bytes.length);
  }
}
