package io.millrace.operator.logline;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Which lines a rule is about: conditions that all must hold, with blanks or {@code and} between,
 * such as {@code level>=ERROR source=web field.status=500 message~"time ?out"}.
 *
 * <p>A condition is a name, an operator and a value, in double quotes where it has blanks. Names
 * are {@code level}, {@code source}, {@code service}, {@code host}, {@code message}, {@code
 * traceId}, and with or without {@code field.} before it any field. Operators are {@code =} (or
 * {@code ==}), {@code !=}, {@code >}, {@code >=}, {@code <}, {@code <=}, {@code ~} (a regular
 * expression is found) and {@code !~}. Levels are compared by how grave they are, others as
 * numbers. What a line doesn't have is equal to nothing and in no order, so that only {@code !=}
 * and {@code !~} hold.
 *
 * <p><b>Time</b>: linear in the conditions, but for regular expressions, which are taken not to be
 * found after {@link BoundedText#MOST_STEPS} steps.
 */
public final class LineFilter {
  private static final String FIELD = "field.";
  private static final String FIELDS = "fields.";
  private static final List<String> OPERATORS =
      List.of("==", "!=", ">=", "<=", "!~", "=", ">", "<", "~");

  private final List<Condition> conditions;

  private LineFilter(List<Condition> conditions) {
    this.conditions = conditions;
  }

  private record Condition(
      String name,
      String operator,
      String value,
      @Nullable LogLevel level,
      double number,
      @Nullable Pattern pattern) {}

  /**
   * Reads a filter; an empty one is about all lines.
   *
   * @throws IllegalArgumentException where it is none; the message says at which character
   */
  public static LineFilter parse(String text) {
    List<Condition> conditions = new ArrayList<>();
    int at = skipBlanks(text, 0);
    while (at < text.length()) {
      int nameEnd = at;
      while (nameEnd < text.length() && " =!<>~\"".indexOf(text.charAt(nameEnd)) < 0) {
        nameEnd++;
      }
      String name = text.substring(at, nameEnd);
      if (!conditions.isEmpty() && (name.equalsIgnoreCase("and") || name.equals("&&"))) {
        at = skipBlanks(text, nameEnd);
        continue;
      }
      int operatorAt = skipBlanks(text, nameEnd);
      String operator = operator(text, operatorAt);
      if (name.isEmpty() || operator.isEmpty()) {
        throw invalid(
            name.isEmpty() ? at : operatorAt,
            name.isEmpty() ? "the name of a field" : "an operator");
      }
      int valueAt = skipBlanks(text, operatorAt + operator.length());
      StringBuilder value = new StringBuilder();
      at = skipBlanks(text, value(text, valueAt, value));
      conditions.add(condition(name, operator, value.toString(), valueAt));
    }
    return new LineFilter(List.copyOf(conditions));
  }

  /** Whether all conditions hold for a line of a source. */
  public boolean matches(String source, ParsedLine line) {
    for (Condition condition : conditions) {
      if (!holds(condition, source, line)) {
        return false;
      }
    }
    return true;
  }

  /** What a line has by a name; null where it has nothing. */
  public static @Nullable String valueOf(String name, String source, ParsedLine line) {
    return switch (name) {
      case "source" -> source;
      case "level" -> line.level() == null ? null : line.level().name();
      case "service" -> line.service();
      case "host" -> line.host();
      case "message" -> line.message();
      case "traceId" -> line.traceId();
      default -> line.fields().get(fieldName(name));
    };
  }

  private static String fieldName(String name) {
    if (name.startsWith(FIELD)) {
      return name.substring(FIELD.length());
    }
    return name.startsWith(FIELDS) ? name.substring(FIELDS.length()) : name;
  }

  private static boolean holds(Condition condition, String source, ParsedLine line) {
    String found = valueOf(condition.name(), source, line);
    boolean negated = condition.operator().startsWith("!");
    if (found == null) {
      return negated;
    }
    Pattern pattern = condition.pattern();
    if (pattern != null) {
      return isFound(pattern, found) != negated;
    }
    int order;
    if (condition.level() != null && line.level() != null) {
      order = line.level().compareTo(condition.level());
    } else if (condition.operator().contains("<") || condition.operator().contains(">")) {
      double number = number(found);
      if (Double.isNaN(number)) {
        return false;
      }
      order = Double.compare(number, condition.number());
    } else {
      order = found.equals(condition.value()) ? 0 : 1;
    }
    return switch (condition.operator()) {
      case "=", "==" -> order == 0;
      case "!=" -> order != 0;
      case ">" -> order > 0;
      case ">=" -> order >= 0;
      case "<" -> order < 0;
      default -> order <= 0;
    };
  }

  private static boolean isFound(Pattern pattern, String text) {
    try {
      return BoundedText.run(() -> pattern.matcher(new BoundedText(text)).find());
    } catch (LineException tooSlow) {
      return false;
    }
  }

  private static Condition condition(String name, String operator, String value, int valueAt) {
    LogLevel level = null;
    double number = Double.NaN;
    Pattern pattern = null;
    if (operator.endsWith("~")) {
      try {
        pattern = Pattern.compile(value, Pattern.DOTALL);
      } catch (PatternSyntaxException e) {
        throw invalid(valueAt, "a regular expression (" + e.getDescription() + ")");
      }
    } else if (name.equals("level")) {
      level = LogLevel.of(value);
      if (level == null) {
        throw invalid(valueAt, "a level such as ERROR");
      }
    } else if (operator.contains("<") || operator.contains(">")) {
      number = number(value);
      if (Double.isNaN(number)) {
        throw invalid(valueAt, "a number");
      }
    }
    return new Condition(name, operator, value, level, number, pattern);
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static String operator(String text, int at) {
    for (String operator : OPERATORS) {
      if (text.startsWith(operator, at)) {
        return operator;
      }
    }
    return "";
  }

  /** Reads a value, and gives where it ends. */
  private static int value(String text, int from, StringBuilder value) {
    if (from == text.length()) {
      throw invalid(from, "a value");
    }
    if (text.charAt(from) != '"') {
      int end = from;
      while (end < text.length() && text.charAt(end) != ' ') {
        end++;
      }
      value.append(text, from, end);
      return end;
    }
    for (int at = from + 1; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '"') {
        return at + 1;
      }
      // Other backslashes are for regular expressions.
      if (c == '\\' && at + 1 < text.length() && text.charAt(at + 1) == '"') {
        at++;
      }
      value.append(text.charAt(at));
    }
    throw invalid(text.length(), "the end of a quote");
  }

  private static int skipBlanks(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
    return at;
  }

  private static IllegalArgumentException invalid(int at, String expected) {
    return new IllegalArgumentException(
        "the filter needs " + expected + " at character " + (at + 1));
  }
}
