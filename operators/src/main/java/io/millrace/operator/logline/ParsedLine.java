package io.millrace.operator.logline;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a line says.
 *
 * @param at when it was logged, in milliseconds since the epoch
 * @param level how grave it is; null where it doesn't say
 * @param service what logged it; null likewise
 * @param host the machine; null likewise
 * @param message its text
 * @param fields everything else, by name
 * @param traceId the trace that it belongs to; null likewise
 */
public record ParsedLine(
    long at,
    @Nullable LogLevel level,
    @Nullable String service,
    @Nullable String host,
    String message,
    Map<String, String> fields,
    @Nullable String traceId) {
  /** The same with more fields; those that are there by a name stay. */
  public ParsedLine withFields(Map<String, String> more) {
    if (more.isEmpty()) {
      return this;
    }
    Map<String, String> all = new LinkedHashMap<>(fields);
    more.forEach(all::putIfAbsent);
    return new ParsedLine(at, level, service, host, message, all, traceId);
  }
}
