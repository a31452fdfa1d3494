package io.millrace.job.logs;

import io.millrace.connector.lane.DeadLetters;
import io.millrace.operator.logline.LineFormat;
import io.millrace.operator.logline.LineSource;
import io.millrace.operator.logline.LogLevel;
import io.millrace.operator.logline.ParsedLine;
import io.millrace.operator.logs.IndexedEvent;
import io.millrace.operator.logs.LevelCount;
import io.millrace.operator.logs.LineCounts;
import io.millrace.operator.logs.LogAlert;
import io.millrace.operator.logs.LogEvent;
import io.millrace.operator.logs.LogLine;
import io.millrace.operator.logs.LogRule;
import io.millrace.operator.logs.LogService;
import io.millrace.operator.logs.RefusedLine;
import io.millrace.operator.logs.StreamCounts;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.logs.AlertState;
import io.millrace.schema.logs.LinesAccounted;
import io.millrace.schema.logs.LogAlertRaised;
import io.millrace.schema.logs.LogRecorded;
import io.millrace.schema.logs.LogRuleSet;
import io.millrace.schema.logs.LogServiceDescribed;
import io.millrace.schema.logs.LogSourceDescribed;
import io.millrace.schema.logs.LogsCounted;
import java.util.Map;
import org.apache.flink.api.common.functions.MapFunction;
import org.jspecify.annotations.Nullable;

/** Turns what topics have into what operators have, and back. */
final class LogRows {
  private LogRows() {}

  static LineSource source(LogSourceDescribed described) {
    return new LineSource(
        described.source(),
        described.version(),
        described.at(),
        LineFormat.valueOf(described.format().name()),
        orEmpty(described.zone()),
        described.year() == null ? 0 : described.year(),
        orEmpty(described.header()),
        orEmpty(described.multilineStart()),
        orEmpty(described.service()),
        orEmpty(described.pattern()),
        orEmpty(described.timeFormat()),
        orEmpty(described.timeField()),
        Boolean.TRUE.equals(described.deleted()),
        orEmpty(described.fields()));
  }

  static LogRule rule(LogRuleSet set) {
    return new LogRule(
        set.ruleId(),
        set.version(),
        set.at() == null ? Long.MIN_VALUE : set.at(),
        LogRule.Kind.valueOf(set.kind().name()),
        orEmpty(set.filter()),
        set.windowMillis(),
        set.threshold() == null ? 1 : set.threshold(),
        orEmpty(set.groupBy()),
        Boolean.TRUE.equals(set.deleted()));
  }

  static LogService service(LogServiceDescribed described) {
    Map<String, String> attributes = described.attributes();
    return new LogService(
        described.service(),
        described.version(),
        described.at(),
        attributes == null ? Map.of() : attributes,
        Boolean.TRUE.equals(described.deleted()));
  }

  static LogRecorded record(IndexedEvent indexed) {
    boolean standsForOthers = indexed.count() > 1;
    return recorded(
        indexed.event(),
        indexed.count(),
        standsForOthers ? indexed.firstAt() : null,
        standsForOthers ? indexed.lastAt() : null);
  }

  static LogRecorded record(LogEvent event) {
    return recorded(event, 1, null, null);
  }

  private static LogRecorded recorded(
      LogEvent event, long count, @Nullable Long firstAt, @Nullable Long lastAt) {
    ParsedLine line = event.line();
    LogLevel level = line.level();
    return new LogRecorded(
        event.id(),
        event.source(),
        event.at(),
        level == null ? null : level.name(),
        line.service(),
        line.host(),
        line.message(),
        line.fields(),
        line.traceId(),
        event.topic(),
        event.partition(),
        event.offset(),
        count,
        firstAt,
        lastAt);
  }

  static LogsCounted counted(LevelCount count) {
    return new LogsCounted(
        count.source(),
        count.level().isEmpty() ? null : count.level(),
        count.windowStart(),
        count.windowEnd(),
        count.count());
  }

  static LogAlertRaised alert(LogAlert alert) {
    return new LogAlertRaised(
        alert.id(),
        alert.ruleId(),
        alert.group(),
        alert.windowStart(),
        alert.windowEnd(),
        alert.fires() ? AlertState.FIRING : AlertState.RESOLVED,
        alert.value());
  }

  static LinesAccounted accounted(StreamCounts stream) {
    LineCounts counts = stream.counts();
    return new LinesAccounted(
        stream.source(),
        stream.topic(),
        stream.partition(),
        counts.lastOffset(),
        counts.lastAt(),
        counts.in(),
        counts.indexed(),
        counts.duplicate(),
        counts.collapsed(),
        counts.filtered(),
        counts.joined(),
        counts.deadLetters(),
        counts.waiting());
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  /** Makes dead letters of lines, without what is redacted. */
  record ToDeadLetter(String job) implements MapFunction<RefusedLine, DeadLettered> {
    @Override
    public DeadLettered map(RefusedLine refused) {
      LogLine line = refused.line();
      Stage stage =
          switch (refused.fault()) {
            case TOO_OLD, TOO_FAR_AHEAD -> Stage.TIME;
            case UNKNOWN_SOURCE -> Stage.VALIDATE;
            default -> Stage.DECODE;
          };
      DeadLettered letter =
          DeadLetters.of(
              job,
              stage,
              Rejection.valueOf(refused.fault().name()),
              refused.message(),
              new DeadLetters.Origin(
                  line.topic(),
                  line.partition(),
                  line.offset(),
                  line.timestamp(),
                  line.headers(),
                  line.headersCut()),
              line.key(),
              line.value());
      return refused.redacted() ? redacted(letter, refused.valueBytes()) : letter;
    }

    /** Whoever replays it reads its topic again, for the value is not whole. */
    private static DeadLettered redacted(DeadLettered letter, int valueBytes) {
      return new DeadLettered(
          letter.job(),
          letter.stage(),
          letter.reason(),
          letter.message(),
          letter.topic(),
          letter.partition(),
          letter.offset(),
          letter.timestamp(),
          letter.key(),
          letter.value(),
          letter.keyBytes(),
          valueBytes,
          true,
          letter.headers(),
          letter.firstSeenAt(),
          null);
    }
  }
}
