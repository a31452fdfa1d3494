package io.millrace.operator.logline;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what log4j, logback and Spring Boot write by their usual layouts: a time, which may stand
 * in brackets, then in either order a level and a thread in brackets, then a logger before {@code
 * -} or {@code :}, and the message; or the logger in brackets at the end of the first line, as
 * Kafka has it. What is not clearly a thread or a logger stays in the message.
 */
final class Log4jFormat implements LineParser.Format {
  /** What a record begins with. */
  static final Pattern START = Pattern.compile("\\[?\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}:\\d{2}");

  private static final Pattern TIME =
      Pattern.compile(
          "\\[?(\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}:\\d{2}(?:[.,]\\d{1,9})?"
              + "(?:Z|[+-]\\d{2}:?\\d{2})?)]?(?= )");
  private static final String LOGGER = "[A-Za-z_$][\\w$-]*(?:[./][\\w$\\[\\]-]+)*";
  private static final Pattern SPRING =
      Pattern.compile("(\\d{1,10}) --- \\[([^\\]\\n]*)] +(" + LOGGER + ") *: ");
  private static final Pattern THREAD_AND_LOGGER =
      Pattern.compile("\\[([^\\]\\n]+)] +(" + LOGGER + ")(?: *- | ?: )");
  private static final Pattern THREAD = Pattern.compile("\\[([^\\]\\n]+)] +");
  private static final Pattern LOGGER_FIRST = Pattern.compile("(" + LOGGER + ")(?: *- | ?: )");
  private static final Pattern LOGGER_LAST =
      Pattern.compile(" \\(([A-Za-z_$][\\w$-]*(?:\\.[\\w$-]+)+)\\)$");
  private static final Pattern WORD = Pattern.compile("[A-Za-z]+");

  private final LineSource source;
  private final TimeText times;

  Log4jFormat(LineSource source, TimeText times) {
    this.source = source;
    this.times = times;
  }

  @Override
  public ParsedLine read(String text, long arrivedAt) throws LineException {
    int lineEnd = text.indexOf('\n');
    String line = lineEnd < 0 ? text : text.substring(0, lineEnd);
    Matcher time = TIME.matcher(line);
    if (!time.lookingAt()) {
      throw new LineException(LineFault.INVALID_LINE, 0, "expected a time");
    }
    long at = times.read(time.group(1), arrivedAt, time.start(1));
    Map<String, String> fields = new LinkedHashMap<>();
    int next = skipBlanks(line, time.end());
    Matcher thread = THREAD.matcher(line).region(next, line.length());
    if (thread.lookingAt()) {
      fields.put("thread", thread.group(1).strip());
      next = thread.end();
    }
    Matcher word = WORD.matcher(line).region(next, line.length());
    LogLevel level = word.lookingAt() ? LogLevel.of(word.group()) : null;
    if (level == null || (word.end() < line.length() && line.charAt(word.end()) != ' ')) {
      throw new LineException(LineFault.INVALID_LINE, next, "expected a level");
    }
    next = message(line, skipBlanks(line, word.end()), fields);
    String message = line.substring(next);
    Matcher last = LOGGER_LAST.matcher(message);
    if (!fields.containsKey("logger") && last.find()) {
      fields.put("logger", last.group(1));
      message = message.substring(0, last.start());
    }
    return new ParsedLine(
        at,
        level,
        source.serviceOrNull(),
        null,
        lineEnd < 0 ? message : message + text.substring(lineEnd),
        fields,
        null);
  }

  private static int skipBlanks(String line, int from) {
    int next = from;
    while (next < line.length() && line.charAt(next) == ' ') {
      next++;
    }
    return next;
  }

  /**
   * Takes thread and logger from what comes after the level, and gives where the message begins.
   */
  private static int message(String line, int from, Map<String, String> fields) {
    Matcher spring = SPRING.matcher(line).region(from, line.length());
    if (spring.lookingAt()) {
      fields.put("pid", spring.group(1));
      fields.put("thread", spring.group(2).strip());
      fields.put("logger", spring.group(3));
      return spring.end();
    }
    boolean hasThread = fields.containsKey("thread");
    Matcher both = THREAD_AND_LOGGER.matcher(line).region(from, line.length());
    if (!hasThread && both.lookingAt()) {
      fields.put("thread", both.group(1).strip());
      fields.put("logger", both.group(2));
      return both.end();
    }
    Matcher logger = LOGGER_FIRST.matcher(line).region(from, line.length());
    if (logger.lookingAt() && (hasThread || logger.group(1).indexOf('.') > 0)) {
      fields.put("logger", logger.group(1));
      return logger.end();
    }
    return from;
  }
}
