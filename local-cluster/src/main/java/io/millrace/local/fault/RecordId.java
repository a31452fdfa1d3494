package io.millrace.local.fault;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Tells one record of a ledger from every other. Its text is written into the record, where it is
 * found again in whatever a job publishes of it.
 *
 * @param producer who sent it, from 0
 * @param sequence its place among those of the producer, from 0, of at most 9 digits
 */
public record RecordId(int producer, int sequence) {
  private static final String MARK = "ledger=";
  private static final byte[] MARK_BYTES = MARK.getBytes(StandardCharsets.US_ASCII);

  /** Its text as a query of a URL has it, such as {@code ledger=3-17.}. */
  public String mark() {
    return MARK + producer + '-' + sequence + '.';
  }

  /** The id whose mark is in {@code text}; of several the first. */
  public static Optional<RecordId> find(byte[] text) {
    int at = indexOfMark(text);
    if (at < 0) {
      return Optional.empty();
    }
    int dash = digitsEnd(text, at);
    if (dash == at || dash == text.length || text[dash] != '-') {
      return Optional.empty();
    }
    int end = digitsEnd(text, dash + 1);
    // Without its end a longer number may have been cut.
    if (end == dash + 1 || end == text.length || text[end] != '.') {
      return Optional.empty();
    }
    return Optional.of(new RecordId(number(text, at, dash), number(text, dash + 1, end)));
  }

  @Override
  public String toString() {
    return producer + "-" + sequence;
  }

  private static int indexOfMark(byte[] text) {
    for (int start = 0; start <= text.length - MARK_BYTES.length; start++) {
      int matched = 0;
      while (matched < MARK_BYTES.length && text[start + matched] == MARK_BYTES[matched]) {
        matched++;
      }
      if (matched == MARK_BYTES.length) {
        return start + matched;
      }
    }
    return -1;
  }

  private static int digitsEnd(byte[] text, int start) {
    int end = start;
    while (end < text.length && end - start < 9 && text[end] >= '0' && text[end] <= '9') {
      end++;
    }
    return end;
  }

  private static int number(byte[] text, int start, int end) {
    return Integer.parseInt(new String(text, start, end - start, StandardCharsets.US_ASCII));
  }
}
