package io.millrace.operator.reconcile;

import org.jspecify.annotations.Nullable;

/**
 * What everybody who matches must know.
 *
 * @param kind of what
 * @param rule a rule; null of others
 * @param name of a fee its id, of a rate the currency that is priced, of a ledger its name
 * @param ledger of a fee whose entries are net
 * @param currency of a fee that of the amounts, of a rate that of the price
 * @param at from when on, in milliseconds since the epoch; of the end the largest time seen
 * @param number of a rate its value, of a fee the share in percent
 * @param fixedMinor of a fee what is taken besides, in the minor unit
 */
public record Notice(
    Kind kind,
    @Nullable PairRule rule,
    String name,
    String ledger,
    String currency,
    long at,
    double number,
    long fixedMinor) {
  /** Kinds of notices. */
  public enum Kind {
    /** A rule. */
    RULE,
    /** A rate of exchange. */
    RATE,
    /** A fee. */
    FEE,
    /** A ledger has an entry. */
    LEDGER,
    /** The input ends. */
    END
  }

  /** A rule. */
  public static Notice of(PairRule rule) {
    return new Notice(Kind.RULE, rule, "", "", "", rule.at(), 0, 0);
  }

  /** A rate: how many of {@code currency} one of {@code priced} is worth. */
  public static Notice rate(String priced, String currency, long at, double rate) {
    return new Notice(Kind.RATE, null, priced, "", currency, at, rate, 0);
  }

  /** A fee, taken of gross amounts so that those of {@code ledger} are net. */
  public static Notice fee(
      String feeId, String ledger, String currency, long at, double percent, long fixedMinor) {
    return new Notice(Kind.FEE, null, feeId, ledger, currency, at, percent, fixedMinor);
  }

  /** A ledger has an entry of that time. */
  static Notice ledger(String name, long at) {
    return new Notice(Kind.LEDGER, null, name, "", "", at, 0, 0);
  }

  /** No more comes, and nothing was later than this. */
  static Notice end(long at) {
    return new Notice(Kind.END, null, "", "", "", at, 0, 0);
  }
}
