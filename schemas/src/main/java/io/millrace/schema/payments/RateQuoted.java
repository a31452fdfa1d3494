package io.millrace.schema.payments;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.SelfChecking;

/**
 * What a currency costs in another from a time on.
 *
 * @param pair the two codes, such as {@code EUR/USD}: of the one that is priced, and of the price
 * @param at from when on
 * @param rate how many of the second one is worth; positive
 */
@SelfChecking
public record RateQuoted(@MaxLength(7) String pair, @EventTime long at, double rate) {
  private static final int SLASH = 3;
  private static final double LEAST = 1e-9;
  private static final double MOST = 1e9;

  /**
   * Checks pair and rate.
   *
   * @throws IllegalArgumentException where the pair is none, or the rate is out of its range
   */
  public RateQuoted {
    if (pair.length() != 2 * SLASH + 1 || pair.charAt(SLASH) != '/') {
      throw new IllegalArgumentException("field \"pair\" must be two currencies: EUR/USD");
    }
    Currencies.require("pair", pair.substring(0, SLASH));
    Currencies.require("pair", pair.substring(SLASH + 1));
    boolean inRange = rate >= LEAST && rate <= MOST;
    if (!inRange) {
      throw new IllegalArgumentException("field \"rate\" must be from 1e-9 to 1e9");
    }
  }
}
