package io.millrace.operator.reconcile;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of rules, rates, fees and ledgers, with its history, so that it can be asked as of
 * any time.
 *
 * <p><b>Space</b>: O(notices); of one rule, rate or fee the latest {@value #MOST_VERSIONS}.
 * <b>Order</b>: the same in whatever order notices come. <b>Replay</b>: a notice that comes twice
 * changes nothing.
 */
final class Rulebook {
  private static final int MOST_VERSIONS = 10_000;
  private static final int PERCENT_DIGITS = 2;
  private static final int RATE_DIGITS = 18;
  private static final int USUAL_DIGITS = 2;

  private final Map<String, NavigableMap<Long, PairRule>> rules = new TreeMap<>();
  private final Map<String, NavigableMap<Long, Notice>> rates = new TreeMap<>();
  private final Map<String, NavigableMap<Long, Notice>> fees = new TreeMap<>();
  private final NavigableMap<String, Long> ledgers = new TreeMap<>();
  private long firstRuleAt = Long.MAX_VALUE;

  /** From this time on the same rules are in effect, mostly long before the entries that come. */
  private long lastRuleAt = Long.MIN_VALUE;

  /** Those that are, by their ids; asked for first, and forgotten when another comes. */
  private final Map<String, PairRule> latest = new HashMap<>();

  /** Those of them that apply, by ledger. */
  private final Map<String, List<PairRule>> latestFor = new HashMap<>();

  private long endAt = Long.MIN_VALUE;

  void add(Notice notice) {
    switch (notice.kind()) {
      case RULE -> add(notice.rule());
      case RATE -> add(rates, notice.name() + notice.currency(), notice);
      case FEE -> add(fees, notice.name(), notice);
      case LEDGER -> ledgers.merge(notice.name(), notice.at(), Math::min);
      case END -> endAt = Math.max(endAt, notice.at());
    }
  }

  private void add(@Nullable PairRule rule) {
    if (rule == null) {
      throw new IllegalArgumentException("a notice of a rule must hold one");
    }
    NavigableMap<Long, PairRule> versions =
        rules.computeIfAbsent(rule.ruleId(), id -> new TreeMap<>());
    versions.merge(rule.version(), rule, (known, added) -> added.at() < known.at() ? added : known);
    if (versions.size() > MOST_VERSIONS) {
      versions.pollFirstEntry();
    }
    firstRuleAt = Math.min(firstRuleAt, rule.at());
    lastRuleAt = Math.max(lastRuleAt, rule.at());
    latest.clear();
    latestFor.clear();
  }

  private static void add(Map<String, NavigableMap<Long, Notice>> all, String key, Notice notice) {
    NavigableMap<Long, Notice> history = all.computeIfAbsent(key, id -> new TreeMap<>());
    history.put(notice.at(), notice);
    if (history.size() > MOST_VERSIONS) {
      history.pollFirstEntry();
    }
  }

  /** All that was said, for {@link #add}. */
  List<Notice> notices() {
    List<Notice> all = new ArrayList<>();
    rules.values().forEach(versions -> versions.values().forEach(r -> all.add(Notice.of(r))));
    rates.values().forEach(history -> all.addAll(history.values()));
    fees.values().forEach(history -> all.addAll(history.values()));
    ledgers.forEach((ledger, at) -> all.add(Notice.ledger(ledger, at)));
    if (endAt != Long.MIN_VALUE) {
      all.add(Notice.end(endAt));
    }
    return all;
  }

  /** The largest time of a bounded input, once it has ended. */
  long endAt() {
    return endAt;
  }

  /**
   * The rules that apply to an entry, in the order of their ids. Where no rule at all is in effect
   * at its time there is one for each other ledger.
   *
   * @param known ledgers with an entry by this time count
   */
  List<PairRule> rulesFor(LedgerEntry entry, long known) {
    if (hasRules(entry.at())) {
      if (entry.at() < lastRuleAt) {
        return given(entry.ledger(), entry.at());
      }
      List<PairRule> found = latestFor.get(entry.ledger());
      if (found == null) {
        found = given(entry.ledger(), entry.at());
        latestFor.put(entry.ledger(), found);
      }
      return found;
    }
    List<PairRule> applying = new ArrayList<>();
    ledgers.forEach(
        (ledger, firstAt) -> {
          if (firstAt <= known && !ledger.equals(entry.ledger())) {
            applying.add(PairRule.byDefault(entry.ledger(), ledger));
          }
        });
    applying.sort(Comparator.comparing(PairRule::ruleId));
    return applying;
  }

  private List<PairRule> given(String ledger, long at) {
    List<PairRule> applying = new ArrayList<>();
    for (String ruleId : rules.keySet()) {
      PairRule rule = inEffect(ruleId, at);
      if (rule != null && !rule.deleted() && rule.concerns(ledger)) {
        applying.add(rule);
      }
    }
    return applying;
  }

  /** Whether a rule is in effect at a time. */
  boolean hasRules(long at) {
    return at >= firstRuleAt;
  }

  /** The rule of that id as of a time. */
  private @Nullable PairRule inEffect(String ruleId, long at) {
    if (at < lastRuleAt) {
      return asOf(ruleId, at);
    }
    PairRule found = latest.get(ruleId);
    if (found == null) {
      found = asOf(ruleId, at);
      if (found != null) {
        latest.put(ruleId, found);
      }
    }
    return found;
  }

  private @Nullable PairRule asOf(String ruleId, long at) {
    NavigableMap<Long, PairRule> versions = rules.get(ruleId);
    if (versions == null) {
      return null;
    }
    // Mostly the latest is in effect.
    Map.Entry<Long, PairRule> each = versions.lastEntry();
    while (each != null && each.getValue().at() > at) {
      each = versions.lowerEntry(each.getKey());
    }
    return each == null ? null : each.getValue();
  }

  /** The rule of a side as of a time that is not before that of its entry. */
  PairRule rule(Side side, long at) {
    PairRule rule = inEffect(side.ruleId(), at);
    return rule == null ? PairRule.byDefault(side.left(), side.right()) : rule;
  }

  /** What is left of a gross amount for the entries of a ledger; empty where no fee applies. */
  OptionalLong net(String ledger, String currency, long grossMinor, long at) {
    long fee = 0;
    boolean applies = false;
    for (NavigableMap<Long, Notice> history : fees.values()) {
      Map.Entry<Long, Notice> latest = history.floorEntry(at);
      if (latest == null) {
        continue;
      }
      Notice agreed = latest.getValue();
      if (agreed.ledger().equals(ledger) && agreed.currency().equals(currency)) {
        applies = true;
        fee += agreed.fixedMinor() + share(agreed.number(), Math.abs(grossMinor));
      }
    }
    return applies ? OptionalLong.of(grossMinor - fee) : OptionalLong.empty();
  }

  private static long share(double percent, long minor) {
    return BigDecimal.valueOf(percent)
        .multiply(BigDecimal.valueOf(minor))
        .movePointLeft(PERCENT_DIGITS)
        .setScale(0, RoundingMode.HALF_UP)
        .longValue();
  }

  /**
   * An amount in another currency, rounded half up to its minor unit; empty where there is no rate.
   */
  OptionalLong converted(long minor, String from, String to, long at) {
    BigDecimal rate = rate(from, to, at);
    if (rate == null) {
      BigDecimal inverse = rate(to, from, at);
      if (inverse == null) {
        return OptionalLong.empty();
      }
      rate = BigDecimal.ONE.divide(inverse, RATE_DIGITS, RoundingMode.HALF_UP);
    }
    BigDecimal amount =
        BigDecimal.valueOf(minor)
            .multiply(rate)
            .movePointRight(digits(to) - digits(from))
            .setScale(0, RoundingMode.HALF_UP);
    return amount.unscaledValue().bitLength() < Long.SIZE - 1
        ? OptionalLong.of(amount.longValue())
        : OptionalLong.empty();
  }

  private @Nullable BigDecimal rate(String from, String to, long at) {
    NavigableMap<Long, Notice> history = rates.get(from + to);
    Map.Entry<Long, Notice> latest = history == null ? null : history.floorEntry(at);
    return latest == null ? null : BigDecimal.valueOf(latest.getValue().number());
  }

  private static final Map<String, Integer> DIGITS = digitsByCode();

  /** How many digits of a currency's amounts are behind the point. */
  private static int digits(String code) {
    Integer digits = DIGITS.get(code);
    return digits == null ? USUAL_DIGITS : digits;
  }

  private static Map<String, Integer> digitsByCode() {
    Map<String, Integer> digits = new HashMap<>();
    for (Currency currency : Currency.getAvailableCurrencies()) {
      if (currency.getDefaultFractionDigits() >= 0) {
        digits.put(currency.getCurrencyCode(), currency.getDefaultFractionDigits());
      }
    }
    return digits;
  }
}
