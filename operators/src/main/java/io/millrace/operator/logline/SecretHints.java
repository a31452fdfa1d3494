package io.millrace.operator.logline;

import java.nio.charset.StandardCharsets;

/**
 * Looks for what every secret and every card number has in it, so that texts with nothing of the
 * kind are not looked at by expressions, which cost far more. What is found may be no secret.
 *
 * <p><b>Time</b>: a look into a table of 8 KiB for each second byte, for secrets; for cards eight
 * bytes are looked at together.
 */
final class SecretHints {
  private static final String[] WORDS = {
    "pass", "pwd", "private", "secret", "key", "token", "auth", "akia", "asia", "cred", "bearer",
    "basic", "eyj"
  };

  private static final int CARD_DIGITS = 13;

  /** Digits, blanks and hyphens are among the 32 characters that have these bits and no others. */
  private static final long KIND = 0xE0E0_E0E0_E0E0_E0E0L;

  private static final long NUMBER_KIND = 0x2020_2020_2020_2020L;
  private static final long FIRST_FOUR = 0xFFFF_FFFFL;

  private static final int LETTER_BITS = 5;
  private static final int LETTERS = 1 << LETTER_BITS;
  private static final long FIRST_LETTERS = 0x001F_001F_001F_001FL;
  private static final int PAIR = LETTERS * LETTERS - 1;

  /**
   * What two letters next to each other, of any case, and at an even place, say of words. Each word
   * has two bits, since it begins at an even or an odd place. The high half has those that the
   * letters may begin, the low half those that they may go on with, right after.
   */
  private static final long[] PAIRS = pairs();

  /** Which bytes may be in the number of a card. */
  private static final boolean[] PARTS = parts();

  private SecretHints() {}

  private static long[] pairs() {
    long[] pairs = new long[PAIR + 1];
    long bit = 1;
    for (String word : WORDS) {
      // From an odd place on the first pair is that of the second letter; of three letters, one
      // before would be alone there.
      for (int at : new int[] {0, word.length() == 3 ? -1 : 1}) {
        mark(pairs, word, at, bit << Integer.SIZE);
        mark(pairs, word, at + 2, bit);
        bit <<= 1;
      }
    }
    return pairs;
  }

  /** Marks the pairs that a word may have at a place; outside of it any letter is. */
  private static void mark(long[] pairs, String word, int at, long bit) {
    for (int pair = 0; pair < pairs.length; pair++) {
      if (isLetter(word, at, pair >>> LETTER_BITS) && isLetter(word, at + 1, pair % LETTERS)) {
        pairs[pair] |= bit;
      }
    }
  }

  private static boolean isLetter(String word, int at, int letter) {
    return at < 0 || at >= word.length() || word.charAt(at) % LETTERS == letter;
  }

  private static boolean[] parts() {
    boolean[] parts = new boolean[1 << Byte.SIZE];
    for (char c : "0123456789 -".toCharArray()) {
      parts[c] = true;
    }
    return parts;
  }

  /** Whether a secret may be there. */
  static boolean mayHaveSecret(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return hasUser(text) || hasWord(bytes, bytes.length);
  }

  /** Whether a secret may be there. */
  static boolean mayHaveSecret(LineText text) {
    return (text.hasAt() && hasUser(text.toString())) || hasWord(text.bytes(), text.end());
  }

  /** Whether an address with what may be a user is there: an {@code @} somewhere after it. */
  private static boolean hasUser(String text) {
    int at = text.indexOf('@');
    return at >= 0 && text.lastIndexOf("://", text.lastIndexOf('@')) >= 0;
  }

  private static boolean hasWord(byte[] text, int end) {
    long begun = 0;
    for (int at = 0; at < end; at += Long.BYTES) {
      long eight = EightBytes.at(text, at, end);
      long pairs = (eight & FIRST_LETTERS) << LETTER_BITS | (eight >>> Byte.SIZE & FIRST_LETTERS);
      long one = PAIRS[(int) pairs & PAIR];
      long two = PAIRS[(int) (pairs >>> 16) & PAIR];
      long three = PAIRS[(int) (pairs >>> 32) & PAIR];
      long four = PAIRS[(int) (pairs >>> 48) & PAIR];
      long found =
          (begun & one)
              | (one >>> Integer.SIZE & two)
              | (two >>> Integer.SIZE & three)
              | (three >>> Integer.SIZE & four);
      if (found != 0 && hasWord(text, at, end)) {
        return true;
      }
      begun = four >>> Integer.SIZE;
    }
    return false;
  }

  /** Whether a word begins at most three places before, or in eight bytes. */
  private static boolean hasWord(byte[] text, int at, int end) {
    for (int start = Math.max(0, at - 3); start < at + Long.BYTES; start++) {
      for (String word : WORDS) {
        if (isAt(text, start, end, word)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isAt(byte[] text, int at, int end, String word) {
    boolean is = at + word.length() <= end;
    for (int i = 0; is && i < word.length(); i++) {
      is = (text[at + i] | 32) == word.charAt(i);
    }
    return is;
  }

  /** Whether a card number may be there: so many digits, with blanks and hyphens between. */
  static boolean mayHaveCard(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return mayHaveCard(bytes, bytes.length);
  }

  /** Whether a card number may be there: so many digits, with blanks and hyphens between. */
  static boolean mayHaveCard(LineText text) {
    return mayHaveCard(text.bytes(), text.end());
  }

  /**
   * Thirteen bytes next to each other have two fours of an aligned text in them, so most texts are
   * told to have no card by fours that have other characters too.
   */
  private static boolean mayHaveCard(byte[] text, int end) {
    boolean before = false;
    int at = 0;
    while (at < end) {
      long others = (EightBytes.at(text, at, end) & KIND) ^ NUMBER_KIND;
      boolean first = (others & FIRST_FOUR) == 0;
      boolean second = others >>> Integer.SIZE == 0;
      int next = at + Long.BYTES;
      if (first && (before || second) && isPart(text[at])) {
        int runEnd = endOfRun(text, at, end);
        if (isCard(text, at, runEnd)) {
          return true;
        }
        // What is left of the run needs no second look.
        next = Math.max(next, runEnd - runEnd % Long.BYTES);
      }
      before = second && next == at + Long.BYTES;
      at = next;
    }
    return false;
  }

  private static int endOfRun(byte[] text, int at, int length) {
    int end = at;
    while (end < length && isPart(text[end])) {
      end++;
    }
    return end;
  }

  /** Whether a run, in which a byte is, has as many digits as cards have. */
  private static boolean isCard(byte[] text, int at, int runEnd) {
    int start = at;
    while (start > 0 && isPart(text[start - 1])) {
      start--;
    }
    int digits = 0;
    for (int i = start; i < runEnd; i++) {
      digits += text[i] >= '0' ? 1 : 0;
    }
    return digits >= CARD_DIGITS;
  }

  private static boolean isPart(byte c) {
    return PARTS[c & 0xFF];
  }
}
