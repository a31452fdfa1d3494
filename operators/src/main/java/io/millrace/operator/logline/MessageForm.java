package io.millrace.operator.logline;

/**
 * The form of messages: what is the same in all that one place in a program logs. Words with digits
 * and what stands in quotes are different from message to message.
 *
 * <p><b>Time</b>: linear in the length of the message, of which the first 500 characters count.
 */
public final class MessageForm {
  private static final int CHARS = 500;
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private MessageForm() {}

  /** A hash of a message's form: two messages of one form have the same. */
  public static long of(String message) {
    long hash = FNV_OFFSET;
    int length = Math.min(CHARS, message.length());
    int at = 0;
    while (at < length && message.charAt(at) != '\n') {
      int end = at;
      boolean hasDigit = false;
      char quote = message.charAt(at);
      if (quote == '"' || quote == '\'') {
        int closed = message.indexOf(quote, at + 1);
        if (closed > 0 && closed < length) {
          hash = mixed(hash, '*');
          at = closed + 1;
          continue;
        }
      }
      while (end < length && Character.isLetterOrDigit(message.charAt(end))) {
        hasDigit |= Character.isDigit(message.charAt(end));
        end++;
      }
      if (end == at) {
        hash = mixed(hash, message.charAt(at));
        at++;
      } else if (hasDigit) {
        hash = mixed(hash, '*');
        at = end;
      } else {
        for (; at < end; at++) {
          hash = mixed(hash, message.charAt(at));
        }
      }
    }
    return hash;
  }

  private static long mixed(long hash, char c) {
    return (hash ^ c) * FNV_PRIME;
  }
}
