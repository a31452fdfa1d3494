package io.millrace.schema.payments;

/** Codes of currencies. */
final class Currencies {
  private static final int LENGTH = 3;

  private Currencies() {}

  /**
   * Checks that a field has the form of a currency's code.
   *
   * @throws IllegalArgumentException where it has not
   */
  static void require(String field, String code) {
    boolean valid = code.length() == LENGTH;
    for (int i = 0; valid && i < LENGTH; i++) {
      valid = code.charAt(i) >= 'A' && code.charAt(i) <= 'Z';
    }
    if (!valid) {
      throw new IllegalArgumentException(
          "field \"" + field + "\" must be three capital letters, a code of ISO 4217");
    }
  }
}
