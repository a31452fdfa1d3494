package io.millrace.local;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Durations as users write them: {@code 500ms}, {@code 5s}, {@code 1m}, {@code 24h}, {@code 7d}.
 */
final class Durations implements ITypeConverter<Duration> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");

  @Override
  public Duration convert(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is not a duration such as 500ms, 5s, 1m or 24h");
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  /** A duration as people read it: {@code 850ms}, {@code 12.3s} or {@code 1h 2m 3s}. */
  static String text(Duration duration) {
    if (duration.toMillis() < 1_000) {
      return duration.toMillis() + "ms";
    } else if (duration.toSeconds() < 60) {
      return String.format(Locale.ROOT, "%.1fs", duration.toMillis() / 1_000.0);
    }
    String minutes = duration.toMinutesPart() + "m " + duration.toSecondsPart() + "s";
    return duration.toHours() == 0 ? minutes : duration.toHours() + "h " + minutes;
  }
}
