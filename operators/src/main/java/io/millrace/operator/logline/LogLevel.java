package io.millrace.operator.logline;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How grave what was logged is, the least grave first. */
public enum LogLevel {
  TRACE,
  DEBUG,
  INFO,
  NOTICE,
  WARN,
  ERROR,
  FATAL;

  private static final LogLevel[] BY_SEVERITY = {
    FATAL, FATAL, FATAL, ERROR, WARN, NOTICE, INFO, DEBUG
  };

  private static final Map<String, LogLevel> COMMON = new HashMap<>();

  static {
    for (LogLevel each : values()) {
      COMMON.put(each.name(), each);
      COMMON.put(each.name().toLowerCase(Locale.ROOT), each);
    }
  }

  /** The level that a word stands for, whatever its case; null for other words. */
  public static @Nullable LogLevel of(String word) {
    LogLevel common = COMMON.get(word);
    return common == null ? ofAnyCase(word) : common;
  }

  private static @Nullable LogLevel ofAnyCase(String word) {
    return switch (word.toUpperCase(Locale.ROOT)) {
      case "TRACE", "FINER", "FINEST" -> TRACE;
      case "DEBUG", "FINE" -> DEBUG;
      case "INFO", "INFORMATION", "INFORMATIONAL" -> INFO;
      case "NOTICE" -> NOTICE;
      case "WARN", "WARNING" -> WARN;
      case "ERROR", "ERR", "SEVERE" -> ERROR;
      case "FATAL", "CRIT", "CRITICAL", "ALERT", "EMERG", "EMERGENCY", "PANIC" -> FATAL;
      default -> null;
    };
  }

  /**
   * The level of a severity of syslog.
   *
   * @param severity from 0 to 7
   */
  static LogLevel ofSeverity(int severity) {
    return BY_SEVERITY[severity];
  }
}
