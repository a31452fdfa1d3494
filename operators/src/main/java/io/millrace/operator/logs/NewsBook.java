package io.millrace.operator.logs;

import io.millrace.operator.logline.LineFilter;
import io.millrace.operator.logline.LineParser;
import io.millrace.operator.logline.LineSource;
import io.millrace.operator.logline.LineText;
import io.millrace.operator.logline.MessageForm;
import io.millrace.operator.logline.ParsedLine;
import io.millrace.operator.logline.Redaction;
import io.millrace.operator.sketch.ItemBytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.jspecify.annotations.Nullable;

/**
 * All versions of sources, rules and services, and which counts when: the greatest of those that
 * count from then or before. The order in which they come makes no difference.
 *
 * <p><b>Space</b>: the versions. <b>Time</b>: O(versions) for the source of a line, O(versions of
 * all rules) for what it means to them, O(versions of the service) for what is known of it.
 */
final class NewsBook {
  /**
   * A source as its lines are read.
   *
   * @param mayBeSecret whether its service, which its lines may have, may have to be redacted
   */
  record Source(LineSource terms, LineParser parser, boolean mayBeSecret) {
    static Source of(LineSource terms, Redaction redaction) {
      return new Source(
          terms, LineParser.of(terms), redaction.mayChange(LineText.of(terms.service())));
    }
  }

  private record Rule(LogRule terms, LineFilter filter, List<String> groupBy) {}

  /** Makes hashes of ids for samples; another number would keep other lines. */
  private static final long SAMPLE_SEED = 1;

  private final Map<String, TreeMap<Long, Source>> sources = new HashMap<>();
  private final Map<String, TreeMap<Long, Rule>> rules = new TreeMap<>();

  /** Attributes have the names of fields, and nothing in them that is redacted. */
  private final Map<String, TreeMap<Long, LogService>> services = new HashMap<>();

  private final @Nullable Source unknown;
  private final Redaction redaction;
  private boolean hasSamples;

  /** The earliest window in which a rule was told that there are lines at all. */
  private final Map<LogRule, Long> toldOf = new HashMap<>();

  private long knownUntil = Long.MIN_VALUE;

  NewsBook(LogSpec spec) {
    LineSource unknown = spec.unknown();
    this.redaction = spec.redaction();
    this.unknown = unknown == null ? null : Source.of(unknown, redaction);
  }

  /** All that is in a broadcast state. */
  static NewsBook of(LogSpec spec, ReadOnlyBroadcastState<String, LogNews> news) throws Exception {
    NewsBook book = new NewsBook(spec);
    for (Map.Entry<String, LogNews> each : news.immutableEntries()) {
      book.add(each.getValue());
    }
    return book;
  }

  void add(LogNews news) {
    LineSource source = news.source();
    LogRule rule = news.rule();
    LogService service = news.service();
    if (source != null) {
      sources
          .computeIfAbsent(source.name(), unused -> new TreeMap<>())
          .put(source.version(), Source.of(source, redaction));
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
      hasSamples |= rule.kind() == LogRule.Kind.SAMPLE;
    } else if (service != null) {
      services
          .computeIfAbsent(service.name(), unused -> new TreeMap<>())
          .put(service.version(), shown(service));
    } else {
      knownUntil = news.at();
    }
  }

  private LogService shown(LogService service) {
    Map<String, String> fields = new LinkedHashMap<>();
    service.attributes().forEach((name, value) -> fields.put(LogService.PREFIX + name, value));
    return new LogService(
        service.name(), service.version(), service.at(), redaction.of(fields), service.deleted());
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
    if (rules.isEmpty()) {
      return List.of();
    }
    List<RuleHit> hits = new ArrayList<>();
    for (TreeMap<Long, Rule> versions : rules.values()) {
      Rule rule = ruleAt(line.at(), versions);
      if (rule != null && rule.terms().kind() != LogRule.Kind.SAMPLE) {
        hit(rule, source, line, hits);
      }
    }
    return hits.isEmpty() ? List.of() : hits;
  }

  /** The version of a rule that counts at a time; null where none does. */
  private static @Nullable Rule ruleAt(long at, NavigableMap<Long, Rule> versions) {
    for (Rule rule : versions.descendingMap().values()) {
      if (rule.terms().at() <= at) {
        return rule.terms().deleted() ? null : rule;
      }
    }
    return null;
  }

  /**
   * Whether a record is in the samples of all rules that are about it. Which ones are is told by
   * their ids alone, so that it is the same whenever they are read; of several rules that with the
   * fewest counts.
   */
  boolean samples(LogEvent event) {
    if (!hasSamples) {
      return true;
    }
    long oneOf = 1;
    for (TreeMap<Long, Rule> versions : rules.values()) {
      Rule rule = ruleAt(event.at(), versions);
      if (rule != null
          && rule.terms().kind() == LogRule.Kind.SAMPLE
          && rule.filter().matches(event.source(), event.line())) {
        oneOf = Math.max(oneOf, (long) rule.terms().threshold());
      }
    }
    if (oneOf == 1) {
      return true;
    }
    byte[] id = event.id().getBytes(StandardCharsets.UTF_8);
    return Long.remainderUnsigned(ItemBytes.hash(SAMPLE_SEED, id, 0, id.length), oneOf) == 0;
  }

  /** A line with what is known of its service at its time; what it says itself stays. */
  ParsedLine enriched(ParsedLine line) {
    TreeMap<Long, LogService> versions =
        line.service() == null ? null : services.get(line.service());
    if (versions == null) {
      return line;
    }
    for (LogService version : versions.descendingMap().values()) {
      if (version.at() <= line.at()) {
        return version.deleted() ? line : line.withFields(version.attributes());
      }
    }
    return line;
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
