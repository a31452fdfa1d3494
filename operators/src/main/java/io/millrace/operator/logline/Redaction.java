package io.millrace.operator.logline;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets and card numbers out of what is published. A secret is the value after a name such
 * as {@code password=}, {@code "token":} or {@code Authorization:}, the password in a URL, a JSON
 * web token, an access key of AWS or a private key in PEM. A card number has the digits of one, 13
 * to 19 with or without blanks or hyphens, and passes Luhn's check.
 *
 * <p><b>Time</b>: linear in the length of the text.
 *
 * @param secrets whether secrets are taken out
 * @param cards whether card numbers are
 */
public record Redaction(boolean secrets, boolean cards) implements Serializable {
  /** Takes out nothing. */
  public static final Redaction NONE = new Redaction(false, false);

  /** What stands in place of what was taken out. */
  public static final String REDACTED = "[redacted]";

  private static final String SECRET_NAME =
      "(?:password|passwd|passphrase|pwd|secret|client[_-]?secret|api[_-]?key|access[_-]?key"
          + "|secret[_-]?key|private[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token"
          + "|session[_-]?token|token|authorization|credential|credentials)";
  private static final Pattern NAME =
      Pattern.compile("(?:.*[._-])?" + SECRET_NAME, Pattern.CASE_INSENSITIVE);

  /** Group 1 is what stays before a secret. */
  private static final Pattern SECRET =
      Pattern.compile(
          "(?i)("
              + SECRET_NAME
              + "\\\\?[\"']?\\s{0,4}[:=]\\s{0,4})"
              + "(?:\\\\?\"(?:[^\"\\\\]|\\\\.){0,4096}+\"?|'[^']{0,4096}'?"
              + "|(?:(?:bearer|basic|digest|token)\\s+)?[^\\s,;&\"'}\\]]{1,4096})"
              + "|((?:bearer|basic)\\s+)[A-Za-z0-9._~+/-]{16,4096}=*"
              + "|(://[^\\s:/@]{0,256}:)[^\\s/@]{1,256}(?=@)"
              + "|()\\beyJ[A-Za-z0-9_-]{8,4096}\\.[A-Za-z0-9_-]{4,4096}\\.[A-Za-z0-9_-]{0,4096}"
              + "|()\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b"
              + "|()-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[\\s\\S]{0,16384}?"
              + "(?:-----END [A-Z ]{0,32}PRIVATE KEY-----|\\z)");

  private static final Pattern CARD = Pattern.compile("(?<![\\d.])[2-6](?:[ -]?\\d){12,18}(?!\\d)");
  private static final int SHORTEST_CARD = 13;

  /** The text without what is taken out; the same text where that is nothing. */
  public String of(String text) {
    String kept = secrets ? withoutSecrets(text) : text;
    return cards ? withoutCards(kept) : kept;
  }

  /** The same of bytes, whatever their encoding. */
  public byte[] of(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String kept = of(text);
    return kept.equals(text) ? bytes : kept.getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * Whether something may have to be taken out of what a record says. That is a cheap look at all
   * of it at once, since what a record says is parts of its text, but for what is escaped there.
   */
  public boolean mayChange(LineText record) {
    return (secrets || cards)
        && (record.hasBackslash()
            || (secrets && SecretHints.mayHaveSecret(record))
            || (cards && SecretHints.mayHaveCard(record)));
  }

  /** The same of what a line says, where a field that is called like a secret has none. */
  public ParsedLine of(ParsedLine line) {
    if (!secrets && !cards) {
      return line;
    }
    return new ParsedLine(
        line.at(),
        line.level(),
        ofPart(line.service()),
        ofPart(line.host()),
        of(line.message()),
        of(line.fields()),
        ofPart(line.traceId()));
  }

  /** The same of fields, by name; one that is called like a secret has none. */
  public Map<String, String> of(Map<String, String> fields) {
    Map<String, String> kept = new LinkedHashMap<>();
    fields.forEach(
        (name, value) -> kept.put(of(name), secrets && isSecretName(name) ? REDACTED : of(value)));
    return kept;
  }

  private @Nullable String ofPart(@Nullable String part) {
    return part == null ? null : of(part);
  }

  private static boolean isSecretName(String name) {
    return SecretHints.mayHaveSecret(name) && NAME.matcher(name).matches();
  }

  private static String withoutSecrets(String text) {
    if (!SecretHints.mayHaveSecret(text)) {
      return text;
    }
    Matcher matcher = SECRET.matcher(text);
    if (!matcher.find()) {
      return text;
    }
    StringBuilder kept = new StringBuilder(text.length());
    int from = 0;
    do {
      kept.append(text, from, matcher.start());
      for (int group = 1; group <= matcher.groupCount(); group++) {
        if (matcher.group(group) != null) {
          kept.append(matcher.group(group));
        }
      }
      String found = matcher.group();
      boolean quoted = found.endsWith("\"");
      boolean escaped = found.endsWith("\\\"");
      String quote = escaped ? "\\\"" : "\"";
      kept.append(quoted ? quote + REDACTED + quote : REDACTED);
      from = matcher.end();
    } while (matcher.find());
    return kept.append(text, from, text.length()).toString();
  }

  private static String withoutCards(String text) {
    if (!SecretHints.mayHaveCard(text)) {
      return text;
    }
    Matcher matcher = CARD.matcher(text);
    StringBuilder kept = null;
    int from = 0;
    while (matcher.find()) {
      if (isCard(matcher.group())) {
        kept = kept == null ? new StringBuilder(text.length()) : kept;
        kept.append(text, from, matcher.start()).append(REDACTED);
        from = matcher.end();
      }
    }
    return kept == null ? text : kept.append(text, from, text.length()).toString();
  }

  /** Luhn's check, and of the 13 digits that a time in milliseconds has too only those of Visa. */
  private static boolean isCard(String found) {
    int digits = 0;
    int sum = 0;
    for (int i = found.length() - 1; i >= 0; i--) {
      int digit = found.charAt(i) - '0';
      if (digit >= 0 && digit <= 9) {
        int weighed = digits % 2 == 0 ? digit : 2 * digit;
        sum += weighed > 9 ? weighed - 9 : weighed;
        digits++;
      }
    }
    return sum % 10 == 0 && (digits > SHORTEST_CARD || found.charAt(0) == '4');
  }
}
