package io.millrace.schema.payments;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.Range;
import io.millrace.schema.codec.SelfChecking;
import org.jspecify.annotations.Nullable;

/**
 * What whoever keeps a ledger takes of a gross amount from a time on, so that its entries are net.
 *
 * @param feeId id of the agreement
 * @param at from when on
 * @param ledger whose entries are net
 * @param currency for which currency
 * @param percent the share of the gross amount, rounded half up to the minor unit; absent: 0
 * @param fixedMinor what is taken of each amount besides; absent: 0
 */
@SelfChecking
public record FeeAgreed(
    @MaxLength(256) String feeId,
    @EventTime long at,
    @MaxLength(256) String ledger,
    @MaxLength(3) String currency,
    @Range(min = 0, max = 100) @Nullable Double percent,
    @Range(min = 0, max = LedgerEntryRecorded.MOST_MINOR) @Nullable Long fixedMinor) {
  /**
   * Checks the currency.
   *
   * @throws IllegalArgumentException where it is none
   */
  public FeeAgreed {
    Currencies.require("currency", currency);
  }
}
