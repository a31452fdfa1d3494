package io.millrace.operator.logline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Reads what a regular expression matches as a whole. Its named groups {@code time}, {@code level},
 * {@code message} and {@code host} are the record's, the others its fields; without {@code message}
 * the whole line is that.
 */
final class PatternFormat implements LineParser.Format {
  private static final Pattern GROUP = Pattern.compile("\\(\\?<([a-zA-Z][a-zA-Z0-9]*)>");

  private final LineSource source;
  private final TimeText times;
  private final Pattern pattern;
  private final List<String> groups = new ArrayList<>();

  /**
   * For a source.
   *
   * @throws IllegalArgumentException where its expression is none
   */
  PatternFormat(LineSource source, TimeText times) {
    this.source = source;
    this.times = times;
    this.pattern = Pattern.compile(source.pattern(), Pattern.DOTALL);
    Matcher group = GROUP.matcher(source.pattern());
    while (group.find()) {
      groups.add(group.group(1));
    }
    groups.removeIf(name -> !isGroup(source.pattern(), name));
  }

  /** Something in an expression may look like a group and be none; then nothing can refer to it. */
  private static boolean isGroup(String expression, String name) {
    try {
      Pattern unused = Pattern.compile(expression + "\\k<" + name + ">");
      return true;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  @Override
  public ParsedLine read(String text, long arrivedAt) throws LineException {
    Matcher matcher = pattern.matcher(new BoundedText(text));
    if (!BoundedText.run(matcher::matches)) {
      throw new LineException(
          LineFault.INVALID_LINE, 0, "expected what the source's pattern matches");
    }
    long at = arrivedAt;
    LogLevel level = null;
    String host = null;
    String message = text;
    Map<String, String> fields = new LinkedHashMap<>();
    for (String name : groups) {
      String value = matcher.group(name);
      if (value == null) {
        continue;
      }
      switch (name) {
        case "time" -> at = times.read(value, arrivedAt, matcher.start(name));
        case "message" -> message = value;
        case "host" -> host = value;
        case "level" -> {
          level = LogLevel.of(value.strip());
          if (level == null) {
            fields.put(name, value);
          }
        }
        default -> fields.put(name, value);
      }
    }
    return new ParsedLine(at, level, source.serviceOrNull(), host, message, fields, null);
  }
}
