package io.millrace.operator.logs;

import io.millrace.operator.logline.LineFilter;
import io.millrace.operator.logline.LineParser;
import io.millrace.operator.logline.LineSource;
import io.millrace.operator.logline.MessageForm;
import io.millrace.operator.logline.ParsedLine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.jspecify.annotations.Nullable;

/**
 * All versions of sources and rules, and which counts when: the greatest of those that count from
 * then or before. The order in which they come makes no difference.
 *
 * <p><b>Space</b>: the versions. <b>Time</b>: O(versions) for the source of a line, O(versions of
 * all rules) for what it means to them.
 */
final class NewsBook {
  /** A source as its lines are read. */
  record Source(LineSource terms, LineParser parser) {}

  private record Rule(LogRule terms, LineFilter filter, List<String> groupBy) {}

  private final Map<String, TreeMap<Long, Source>> sources = new HashMap<>();
  private final Map<String, TreeMap<Long, Rule>> rules = new TreeMap<>();
  private final @Nullable Source unknown;

  /** The earliest window in which a rule was told that there are lines at all. */
  private final Map<LogRule, Long> toldOf = new HashMap<>();

  private long knownUntil = Long.MIN_VALUE;

  NewsBook(@Nullable LineSource unknown) {
    this.unknown = unknown == null ? null : new Source(unknown, LineParser.of(unknown));
  }

  /** All that is in a broadcast state. */
  static NewsBook of(@Nullable LineSource unknown, ReadOnlyBroadcastState<String, LogNews> news)
      throws Exception {
    NewsBook book = new NewsBook(unknown);
    for (Map.Entry<String, LogNews> each : news.immutableEntries()) {
      book.add(each.getValue());
    }
    return book;
  }

  void add(LogNews news) {
    LineSource source = news.source();
    LogRule rule = news.rule();
    if (source != null) {
      sources
          .computeIfAbsent(source.name(), unused -> new TreeMap<>())
          .put(source.version(), new Source(source, LineParser.of(source)));
    } else if (rule != null) {
      rules
          .computeIfAbsent(rule.ruleId(), unused -> new TreeMap<>())
          .put(
              rule.version(),
              new Rule(
                  rule,
                  LineFilter.parse(rule.filter()),
                  rule.groupBy().isEmpty()
                      ? List.of()
                      : List.of(rule.groupBy().replace(" ", "").split(",", -1))));
    } else {
      knownUntil = news.at();
    }
  }

  /** No news of a time up to this one will come. */
  long knownUntil() {
    return knownUntil;
  }

  /** How the lines of a source that came in at a time are read; null where nobody has said. */
  @Nullable Source source(String name, long at) {
    TreeMap<Long, Source> versions = sources.get(name);
    if (versions != null) {
      for (Source each : versions.descendingMap().values()) {
        if (each.terms().at() <= at) {
          return each.terms().deleted() ? null : each;
        }
      }
    }
    return versions == null && !name.isEmpty() ? unknown : null;
  }

  /** What a line means to the rules that count at its time. */
  List<RuleHit> hits(String source, ParsedLine line) {
    List<RuleHit> hits = new ArrayList<>();
    for (TreeMap<Long, Rule> versions : rules.values()) {
      for (Rule rule : versions.descendingMap().values()) {
        if (rule.terms().at() <= line.at()) {
          if (!rule.terms().deleted()) {
            hit(rule, source, line, hits);
          }
          break;
        }
      }
    }
    return hits.isEmpty() ? List.of() : hits;
  }

  private void hit(Rule rule, String source, ParsedLine line, List<RuleHit> hits) {
    LogRule terms = rule.terms();
    boolean matches = rule.filter().matches(source, line);
    if (!matches && !countsToo(rule, line.at())) {
      return;
    }
    StringBuilder group = new StringBuilder();
    for (int i = 0; i < rule.groupBy().size(); i++) {
      String value = LineFilter.valueOf(rule.groupBy().get(i), source, line);
      group.append(i == 0 ? "" : ",").append(value == null ? "" : value);
    }
    hits.add(
        new RuleHit(
            terms.ruleId(),
            terms.version(),
            terms.kind(),
            terms.windowMillis(),
            terms.threshold(),
            group.toString(),
            line.at(),
            matches,
            terms.kind() == LogRule.Kind.NEW_PATTERN ? MessageForm.of(line.message()) : 0));
  }

  /**
   * Whether a rule has to know of a line that it is not about: for a share of all lines, and so
   * that it sees that nothing comes where there are lines at all. The latter is told once, and
   * again of an earlier window.
   */
  private boolean countsToo(Rule rule, long at) {
    LogRule terms = rule.terms();
    if (terms.kind() != LogRule.Kind.ABSENCE || !rule.groupBy().isEmpty()) {
      return terms.kind() == LogRule.Kind.RATIO;
    }
    long window = Math.floorDiv(at, terms.windowMillis());
    Long earliest = toldOf.get(terms);
    if (earliest != null && earliest <= window) {
      return false;
    }
    toldOf.put(terms, window);
    return true;
  }
}
