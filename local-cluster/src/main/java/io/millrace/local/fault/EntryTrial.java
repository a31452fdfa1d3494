package io.millrace.local.fault;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.payments.FeeAgreed;
import io.millrace.schema.payments.LedgerEntryRecorded;
import io.millrace.schema.payments.MatchRuleSet;
import io.millrace.schema.payments.RateQuoted;
import io.millrace.schema.payments.ResolutionMade;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tries reconciliation: an order is credited within two seconds. Some credits are missing, some are
 * a cent too much, and some records are no entries.
 */
final class EntryTrial implements Trial {
  static final String RULE = "orders-bank";
  static final String ORDERS = "orders";
  static final String BANK = "bank";
  static final String CURRENCY = "EUR";
  static final long WINDOW_MILLIS = 5_000;
  static final long OUT_OF_ORDERNESS_MILLIS = 2_000;

  private static final int CREDITED_WITHIN_MILLIS = 2_000;
  private static final int ONE_MISSING_IN = 50;
  private static final int ONE_OVER_IN = 100;
  private static final int MOST_MINOR = 100_000;
  private static final long RULED_MILLIS_BEFORE = 60_000;
  private static final String PULSE = "pulse";

  private final JsonCodec<LedgerEntryRecorded> codec = Topics.RECON_ENTRIES.codec();
  private final SplittableRandom random;
  private final IntSupplier poison;
  private final PriorityQueue<Credit> due =
      new PriorityQueue<>(Comparator.comparingLong(Credit::at));
  private final long ruledAt = System.currentTimeMillis() - RULED_MILLIS_BEFORE;
  private long orders;

  /** What is still to be credited. */
  private record Credit(String reference, long at, long amountMinor) {}

  EntryTrial(long seed, IntSupplier poison) {
    random = new SplittableRandom(seed);
    this.poison = poison;
  }

  @Override
  public Topic<?> input() {
    return Topics.RECON_ENTRIES;
  }

  @Override
  public List<SideInput<?>> sides() {
    return List.of(
        new SideInput<>(
            Topics.RECON_RULES,
            List.of(rule(RULE, ruledAt, ORDERS, BANK, null)),
            at -> rule(PULSE, at, PULSE, "none", true)),
        new SideInput<>(
            Topics.RECON_RESOLUTIONS,
            List.of(),
            at ->
                new ResolutionMade(
                    PULSE + at,
                    at,
                    ResolutionMade.Action.DISPUTE,
                    List.of("none"),
                    null,
                    null,
                    null)),
        new SideInput<>(Topics.RECON_RATES, List.of(), at -> new RateQuoted("EUR/USD", at, 1)),
        new SideInput<>(
            Topics.RECON_FEES,
            List.of(),
            at -> new FeeAgreed(PULSE, at, PULSE, CURRENCY, null, null)));
  }

  @Override
  public Map<String, String> settings() {
    return Map.of(
        "order",
        "event-time",
        "max-out-of-orderness",
        OUT_OF_ORDERNESS_MILLIS + "ms",
        "idle-timeout",
        "0s");
  }

  /** Empty: what has matched is remembered for {@code retention}, a month. */
  @Override
  public Optional<Duration> stateSettles() {
    return Optional.empty();
  }

  @Override
  public LedgerRecord next(RecordId id, long now) {
    if (random.nextInt(Trials.POISON_OF) < poison.getAsInt()) {
      String value = "{\"entryId\":\"" + id.mark() + "\",\"at\":" + now + "}";
      return new LedgerRecord(id, now, id.mark(), value.getBytes(StandardCharsets.UTF_8), null);
    }
    Credit credit = due.peek();
    if (credit != null && credit.at() <= now) {
      due.remove();
      return record(id, BANK, credit.reference(), credit.at(), credit.amountMinor());
    }
    String reference = "ORDER-" + orders++;
    long amount = 1L + random.nextInt(MOST_MINOR);
    if (random.nextInt(ONE_MISSING_IN) != 0) {
      long credited = amount + (random.nextInt(ONE_OVER_IN) == 0 ? 1 : 0);
      due.add(new Credit(reference, now + random.nextInt(CREDITED_WITHIN_MILLIS), credited));
    }
    return record(id, ORDERS, reference, now, amount);
  }

  @Override
  public LedgerRecord closing(RecordId id, long now) {
    return record(id, ORDERS, id.mark(), now + OUT_OF_ORDERNESS_MILLIS + 10 * WINDOW_MILLIS, 1);
  }

  @Override
  public JobOracle oracle(Ledger ledger) {
    return new EntryOracle(ledger);
  }

  private LedgerRecord record(
      RecordId id, String ledger, String reference, long at, long amountMinor) {
    LedgerEntryRecorded entry =
        new LedgerEntryRecorded(
            id.mark(), ledger, reference, at, null, amountMinor, CURRENCY, null, null);
    return new LedgerRecord(id, at, entry.entryId(), codec.encode(entry), entry);
  }

  private static MatchRuleSet rule(
      String id, long at, String left, String right, @Nullable Boolean deleted) {
    return new MatchRuleSet(id, at, at, left, right, null, "PT5S", deleted);
  }
}
