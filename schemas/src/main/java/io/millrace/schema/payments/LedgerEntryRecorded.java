package io.millrace.schema.payments;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.Range;
import io.millrace.schema.codec.SelfChecking;
import java.time.DateTimeException;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * A ledger says that money moved. Identity: {@code entryId}.
 *
 * @param entryId id of the entry; a repetition of it with the same fields is the same entry
 * @param ledger whose entry it is, such as {@code orders}, {@code payments} or {@code bank}
 * @param reference what both sides call the movement, such as an order's number; compared without
 *     white space around it and in upper case
 * @param at when it was booked
 * @param valueDate the day from which it counts, {@code 2026-01-31}; absent: that of {@code at}
 * @param amountMinor how much, in the currency's minor unit; at most a billion billions
 * @param currency its code of ISO 4217, three capital letters
 * @param counterparty with whom
 * @param description what for
 */
@SelfChecking
public record LedgerEntryRecorded(
    @MaxLength(1024) String entryId,
    @MaxLength(256) String ledger,
    @MaxLength(1024) @Nullable String reference,
    @EventTime long at,
    @MaxLength(10) @Nullable String valueDate,
    @Range(min = -LedgerEntryRecorded.MOST_MINOR, max = LedgerEntryRecorded.MOST_MINOR)
        long amountMinor,
    @MaxLength(3) String currency,
    @MaxLength(1024) @Nullable String counterparty,
    @MaxLength(4096) @Nullable String description) {
  /** The largest amount of an entry, in minor units: a day of them still has a sum. */
  public static final long MOST_MINOR = 1_000_000_000_000_000L;

  /**
   * Checks date and currency.
   *
   * @throws IllegalArgumentException where one is none
   */
  public LedgerEntryRecorded {
    Currencies.require("currency", currency);
    if (valueDate != null) {
      try {
        LocalDate.parse(valueDate);
      } catch (DateTimeException e) {
        throw new IllegalArgumentException(
            "field \"valueDate\" must be a date such as 2026-01-31", e);
      }
    }
  }
}
