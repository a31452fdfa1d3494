package io.millrace.schema.payments;

import io.millrace.schema.codec.InvalidDocumentException;
import java.math.BigDecimal;
import java.util.Currency;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The balances of one bank statement in one currency, in minor units: what it opens with and its
 * entries must come to what it closes with. So a statement that lacks an entry is not taken for
 * whole.
 */
final class StatementSum {
  private static final Pattern AMOUNT = Pattern.compile("[0-9]{1,18}(\\.[0-9]{0,5})?");

  private @Nullable Long opening;
  private @Nullable Long closing;
  private long entries;

  /**
   * An amount in minor units of its currency.
   *
   * @param text digits with a decimal point
   * @param currency code of ISO 4217
   * @throws InvalidDocumentException where it is none, or more exact than the currency is
   */
  static long minor(String text, @Nullable String currency) throws InvalidDocumentException {
    if (currency == null || !AMOUNT.matcher(text).matches()) {
      throw new InvalidDocumentException("\"" + text + " " + currency + "\" is no amount");
    }
    try {
      int digits = Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
      return new BigDecimal(text).movePointRight(digits).longValueExact();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new InvalidDocumentException(
          "\"" + text + " " + currency + "\" is no amount of a known currency, or too exact", e);
    }
  }

  void opensWith(long amountMinor) {
    opening = amountMinor;
  }

  void closesWith(long amountMinor) {
    closing = amountMinor;
  }

  void add(long amountMinor) {
    entries = Math.addExact(entries, amountMinor);
  }

  /**
   * Checks the sum, where both balances are given.
   *
   * @throws InvalidDocumentException where it does not tie out
   */
  void requireTie(String statement) throws InvalidDocumentException {
    if (opening != null && closing != null && opening + entries != closing) {
      throw new InvalidDocumentException(
          String.format(
              "%s opens with %d and its entries come to %d, but it closes with %d minor units",
              statement, opening, entries, closing));
    }
  }
}
