package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.payments.LedgerEntryRecorded;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Entries of three ledgers: an order is booked in {@code orders}, paid some seconds later in {@code
 * payments} less a fee, and credited by the {@code bank} within two hours. Of a hundred orders
 * about four go wrong: one side has no entry, or has it twice, late, or with another amount. Six
 * hours pass in six minutes, then it goes on with the clock.
 */
public final class LedgerEntriesFeed implements SeededFeed {
  /** What the payment provider keeps of a payment: {@link FeesFeed} says the same. */
  static final double FEE_PERCENT = 1.5;

  static final long FEE_MINOR = 25;

  static final String ORDERS = "orders";
  static final String PAYMENTS = "payments";
  static final String BANK = "bank";

  private static final int LEAST_MINOR = 500;
  private static final int MOST_MINOR = 25_000;
  private static final int PAID_WITHIN_MILLIS = 20_000;
  private static final int CREDITED_WITHIN_MILLIS = 2 * 3_600_000;
  private static final int LATE_MILLIS = 9 * 3_600_000;

  /** Of so many entries one goes wrong in each of the ways. */
  private static final int ONE_IN = 100;

  private static final double PERCENT = 100;

  private final JsonCodec<LedgerEntryRecorded> codec = Topics.RECON_ENTRIES.codec();
  private final SplittableRandom random;
  private final FastForward time = new FastForward();
  private final PriorityQueue<LedgerEntryRecorded> due =
      new PriorityQueue<>(
          Comparator.comparingLong(LedgerEntryRecorded::at)
              .thenComparing(LedgerEntryRecorded::entryId));
  private long orders;

  /** Entries that are the same for one seed. */
  public LedgerEntriesFeed(long seed) {
    this.random = new SplittableRandom(seed);
  }

  @Override
  public Topic<?> topic() {
    return Topics.RECON_ENTRIES;
  }

  @Override
  public byte[] next(long now) {
    long at = time.at(now);
    LedgerEntryRecorded next = due.peek();
    if (next != null && next.at() <= at) {
      due.remove();
      return codec.encode(next);
    }
    return codec.encode(order(at));
  }

  private LedgerEntryRecorded order(long at) {
    long number = orders++;
    long amount = random.nextLong(LEAST_MINOR, MOST_MINOR);
    long net = amount - FEE_MINOR - Math.round(amount * FEE_PERCENT / PERCENT);
    add(entry("payment-" + number, PAYMENTS, number, at + later(PAID_WITHIN_MILLIS), net));
    add(entry("credit-" + number, BANK, number, at + later(CREDITED_WITHIN_MILLIS), net));
    return entry("order-" + number, ORDERS, number, at, amount);
  }

  private int later(int withinMillis) {
    return 1 + random.nextInt(withinMillis);
  }

  /** Adds an entry, unless it is one that goes missing; some are wrong. */
  private void add(LedgerEntryRecorded entry) {
    switch (random.nextInt(ONE_IN)) {
      case 0 -> {}
      case 1 -> due.add(with(entry, entry.entryId(), entry.at(), entry.amountMinor() + 1));
      case 2 -> {
        due.add(entry);
        due.add(with(entry, entry.entryId() + "-again", entry.at() + 1, entry.amountMinor()));
      }
      case 3 ->
          due.add(with(entry, entry.entryId(), entry.at() + LATE_MILLIS, entry.amountMinor()));
      default -> due.add(entry);
    }
  }

  private static LedgerEntryRecorded entry(
      String id, String ledger, long number, long at, long amount) {
    return new LedgerEntryRecorded(
        id, ledger, "ORD-" + number, at, null, amount, "EUR", null, null);
  }

  private static LedgerEntryRecorded with(
      LedgerEntryRecorded entry, String id, long at, long amount) {
    return new LedgerEntryRecorded(
        id,
        entry.ledger(),
        entry.reference(),
        at,
        entry.valueDate(),
        amount,
        entry.currency(),
        entry.counterparty(),
        entry.description());
  }

  /** What is known before the first entry: one record at each call, then none. */
  abstract static class Given implements SeededFeed {
    private final FastForward time = new FastForward();
    private int given;

    @Override
    public byte @Nullable [] next(long now) {
      return record(given++, time.at(now) - FastForward.BEHIND_MILLIS);
    }

    /** The record of that number, in effect from a time on; null where there is none. */
    abstract byte @Nullable [] record(int number, long at);
  }
}
