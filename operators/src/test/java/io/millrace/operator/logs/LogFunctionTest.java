package io.millrace.operator.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.operator.logline.LineException;
import io.millrace.operator.logline.LineFault;
import io.millrace.operator.logline.LineFormat;
import io.millrace.operator.logline.LineSource;
import io.millrace.operator.logline.LogLevel;
import io.millrace.operator.logline.Redaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedBroadcastOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogFunctionTest {
  private static final long AT = 1_769_850_000_000L;
  private static final LogNews KNOWN = LogNews.knownUntil(Long.MAX_VALUE);

  private final List<KeyedBroadcastOperatorTestHarness<?, ?, ?, ?>> opened = new ArrayList<>();
  private long offset;

  private static int keyedStateEntries(KeyedBroadcastOperatorTestHarness<?, ?, ?, ?> harness) {
    return ((HeapKeyedStateBackend<?>)
            ((AbstractStreamOperator<?>) harness.getOperator()).getKeyedStateBackend())
        .numKeyValueStateEntries();
  }

  @AfterEach
  void close() throws Exception {
    for (var harness : opened) {
      harness.close();
    }
  }

  private static LogSpec spec(boolean collapse, @Nullable LogLevel least, boolean byClock) {
    return new LogSpec(
        LineDecoder.TEXT,
        null,
        new Redaction(true, true),
        collapse,
        least,
        1_000,
        0,
        3_600_000,
        0,
        !byClock,
        true,
        byClock);
  }

  private KeyedBroadcastOperatorTestHarness<String, LogLine, LogNews, LogEvent> open(
      LogSpec spec, @Nullable OperatorSubtaskState state) throws Exception {
    var harness =
        new KeyedBroadcastOperatorTestHarness<>(
            new LogOperator(new LogFunction(spec)), LogLine::stream, Types.STRING, 1, 1, 0);
    opened.add(harness);
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
    harness.setProcessingTime(AT);
    return harness;
  }

  private KeyedBroadcastOperatorTestHarness<String, LogLine, LogNews, LogEvent> bounded(
      LogSpec spec) throws Exception {
    var harness = open(spec, null);
    harness.processBroadcastElement(LogNews.of(source("app", LineFormat.LOG4J)), 0);
    harness.processBroadcastElement(LogNews.of(source("json", LineFormat.JSON)), 0);
    harness.processBroadcastElement(KNOWN, 0);
    return harness;
  }

  private static LineSource source(String name, LineFormat format) {
    return LineSource.of(name, format, "");
  }

  private LogLine line(String source, String text) {
    return lineAt(source, text, AT);
  }

  private LogLine lineAt(String source, String text, long timestamp) {
    return new LogLine(
        source, "logs.raw", 3, offset++, timestamp, null, text.getBytes(UTF_8), Map.of(), false);
  }

  private static <T> List<T> side(
      KeyedBroadcastOperatorTestHarness<String, LogLine, LogNews, LogEvent> harness,
      OutputTag<T> tag) {
    var records = harness.getSideOutput(tag);
    return records == null ? List.of() : records.stream().map(StreamRecord::getValue).toList();
  }

  private static void end(
      KeyedBroadcastOperatorTestHarness<String, LogLine, LogNews, LogEvent> harness)
      throws Exception {
    harness.processBroadcastWatermark(Watermark.MAX_WATERMARK);
    harness.processWatermark(Watermark.MAX_WATERMARK);
  }

  private static void assertAccounts(StreamCounts stream) {
    LineCounts counts = stream.counts();
    assertThat(
            counts.indexed()
                + counts.duplicate()
                + counts.collapsed()
                + counts.filtered()
                + counts.joined()
                + counts.deadLetters()
                + counts.waiting())
        .isEqualTo(counts.in());
  }

  @Test
  void stackTrace_withAFailureAtEveryLine_isOneRecord() throws Exception {
    List<String> lines =
        List.of(
            "\tat nothing.before",
            "2026-01-31 09:00:00,000 ERROR [t] a.B - broke",
            "java.io.IOException",
            "\tat a.B.c(B.java:1)",
            "",
            "2026-01-31 09:00:01,000 INFO [t] a.B - went on",
            "Caused by: x");
    for (int failAt = 0; failAt <= lines.size(); failAt++) {
      offset = 0;
      var harness = bounded(spec(false, null, false));
      List<LogEvent> events = new ArrayList<>();
      List<RefusedLine> refused = new ArrayList<>();
      for (int i = 0; i < lines.size(); i++) {
        if (i == failAt) {
          events.addAll(harness.extractOutputValues());
          refused.addAll(side(harness, LogFunction.REFUSED));
          harness = open(spec(false, null, false), harness.snapshot(1, 1));
        }
        harness.processElement(line("app", lines.get(i)), AT);
      }
      end(harness);
      events.addAll(harness.extractOutputValues());
      refused.addAll(side(harness, LogFunction.REFUSED));

      assertThat(events)
          .extracting(event -> event.line().message())
          .containsExactly(
              "broke\njava.io.IOException\n\tat a.B.c(B.java:1)\n", "went on\nCaused by: x");
      assertThat(events).extracting(LogEvent::id).containsExactly("logs.raw:3:1", "logs.raw:3:5");
      assertThat(refused).hasSize(1);
      assertThat(refused.get(0).message()).contains("none was begun");
      List<StreamCounts> counted = side(harness, LogFunction.COUNTED);
      assertThat(counted)
          .containsExactly(
              new StreamCounts(
                  "app", "logs.raw", 3, new LineCounts(6, AT, 7, 2, 0, 0, 0, 4, 1, 0)));
      assertThat(keyedStateEntries(harness)).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void valueThatIsNoText_isDecodedFirst_andRefusedAsItCame() throws Exception {
    LineDecoder decoder =
        value -> {
          if (value[0] == 'A') {
            throw new LineException(LineFault.NOT_AVRO, "no value");
          }
          return ("{\"msg\":\"" + new String(value, UTF_8) + "\"}").getBytes(UTF_8);
        };
    var harness =
        bounded(
            new LogSpec(
                decoder,
                null,
                new Redaction(true, true),
                false,
                null,
                1_000,
                0,
                3_600_000,
                0,
                true,
                true,
                false));
    harness.processElement(line("json", "decoded"), AT);
    harness.processElement(line("json", "A"), AT);
    end(harness);

    assertThat(harness.extractOutputValues())
        .extracting(event -> event.line().message())
        .containsExactly("decoded");
    RefusedLine refused = side(harness, LogFunction.REFUSED).get(0);
    assertThat(refused.fault()).isEqualTo(LineFault.NOT_AVRO);
    assertThat(refused.line().value()).asString(UTF_8).isEqualTo("A");
    assertAccounts(side(harness, LogFunction.COUNTED).get(0));
  }

  @Test
  void joinedRecord_beyondItsLimits_isCutAndTheRestRefused() throws Exception {
    var harness = bounded(spec(false, null, false));
    harness.processElement(line("app", "2026-01-31 09:00:00,000 ERROR broke"), AT);
    for (int i = 0; i < 20; i++) {
      harness.processElement(line("app", "x".repeat(99)), AT);
    }
    harness.processElement(line("app", "y".repeat(1_001)), AT);
    end(harness);

    assertThat(harness.extractOutputValues()).hasSize(1);
    assertThat(side(harness, LogFunction.REFUSED))
        .hasSize(12)
        .allSatisfy(each -> assertThat(each.fault()).isEqualTo(LineFault.TOO_LARGE));
    assertAccounts(side(harness, LogFunction.COUNTED).get(0));
  }

  @Test
  void refused_eachWay_saysWhyAndHidesSecrets() throws Exception {
    var harness = bounded(spec(false, null, false));
    harness.processElement(line("json", "{\"msg\":\"password=hunter2\""), AT);
    harness.processElement(line("unknown", "x"), AT);
    harness.processElement(line("", "x"), AT);
    harness.processElement(line("json", ""), AT);
    harness.processElement(line("json", "{\"time\":1}"), AT);
    harness.processElement(line("json", "{\"time\":" + (AT + 3_600_001) + "}"), AT);
    LogLine bytes = line("json", "");
    harness.processElement(bytes.withValue(new byte[] {'a', (byte) 0xC3}), AT);
    end(harness);

    List<RefusedLine> refused = side(harness, LogFunction.REFUSED);
    assertThat(refused)
        .extracting(RefusedLine::fault)
        .containsExactly(
            LineFault.INVALID_LINE,
            LineFault.UNKNOWN_SOURCE,
            LineFault.UNKNOWN_SOURCE,
            LineFault.EMPTY,
            LineFault.TOO_FAR_AHEAD,
            LineFault.NOT_UTF8);
    RefusedLine first = refused.get(0);
    byte[] shown = first.line().value();
    assertThat(shown == null ? "" : new String(shown, UTF_8))
        .isEqualTo("{\"msg\":\"password=[redacted]\"");
    assertThat(first.redacted()).isTrue();
    assertThat(first.valueBytes()).isEqualTo(25);
    assertThat(refused.get(5).message()).contains("from byte 2 on");
    assertThat(harness.extractOutputValues()).hasSize(1);
    assertThat(side(harness, LogFunction.COUNTED))
        .hasSize(3)
        .allSatisfy(LogFunctionTest::assertAccounts);
  }

  @Test
  void eventTime_line_waitsForWhatIsKnownOfItsTime() throws Exception {
    var harness = open(spec(false, null, false), null);
    harness.processElement(lineAt("app", "{\"msg\":\"old\"}", AT), AT);
    harness.processElement(lineAt("app", "msg=new", AT + 10), AT + 10);
    harness.processBroadcastElement(LogNews.of(version(2, AT + 10, LineFormat.LOGFMT)), 0);
    harness.processBroadcastElement(LogNews.of(version(1, AT, LineFormat.JSON)), 0);
    assertThat(harness.extractOutputValues()).isEmpty();

    harness.processBroadcastElement(LogNews.knownUntil(AT), 0);
    assertThat(harness.extractOutputValues())
        .extracting(event -> event.line().message())
        .containsExactly("old");

    harness.processBroadcastElement(LogNews.knownUntil(AT + 10), 0);
    harness.processElement(lineAt("app", "msg=newer", AT + 10), AT + 10);
    assertThat(harness.extractOutputValues())
        .extracting(event -> event.line().message())
        .containsExactly("old", "new", "newer");
  }

  private static LineSource version(long version, long at, LineFormat format) {
    return new LineSource("app", version, at, format, "", 0, "", "", "", "", "", "", false);
  }

  @Test
  void duplicate_byOffset_isCountedAndPassedOver() throws Exception {
    var harness = bounded(spec(false, null, false));
    LogLine line = line("json", "{\"msg\":\"x\"}");
    harness.processElement(line, AT);
    harness.processElement(line, AT);
    end(harness);

    assertThat(harness.extractOutputValues()).hasSize(1);
    assertThat(side(harness, LogFunction.COUNTED).get(0).counts())
        .isEqualTo(new LineCounts(0, AT, 2, 1, 1, 0, 0, 0, 0, 0));
  }

  @Test
  void collapse_equalRecordsInARow_areOne() throws Exception {
    var harness = bounded(spec(true, null, false));
    for (long at : new long[] {0, 5_000, 3_000, 60_001}) {
      harness.processElement(
          line("json", "{\"msg\":\"x\",\"time\":" + (AT - 100_000 + at) + "}"), AT);
    }
    harness.processElement(line("json", "{\"msg\":\"y\"}"), AT);
    end(harness);

    assertThat(harness.extractOutputValues()).hasSize(5);
    assertThat(side(harness, LogFunction.INDEXED))
        .extracting(IndexedEvent::count, each -> each.lastAt() - each.firstAt())
        .containsExactly(tuple(3L, 5_000L), tuple(1L, 0L), tuple(1L, 0L));
    assertThat(side(harness, LogFunction.COUNTED).get(0).counts())
        .isEqualTo(new LineCounts(4, AT, 5, 3, 0, 2, 0, 0, 0, 0));
  }

  @Test
  void minLevel_recordsBelow_areCountedButNotKept() throws Exception {
    var harness = bounded(spec(false, LogLevel.WARN, false));
    harness.processElement(line("json", "{\"level\":\"info\"}"), AT);
    harness.processElement(line("json", "{\"level\":\"warn\"}"), AT);
    harness.processElement(line("json", "{\"a\":1}"), AT);
    end(harness);

    assertThat(harness.extractOutputValues()).hasSize(3);
    assertThat(side(harness, LogFunction.INDEXED)).hasSize(2);
    assertThat(side(harness, LogFunction.COUNTED).get(0).counts().filtered()).isEqualTo(1);
  }

  private static LogNews sample(String id, long version, long at, String filter, double oneOf) {
    return LogNews.of(
        new LogRule(id, version, at, LogRule.Kind.SAMPLE, filter, 60_000, oneOf, "", oneOf == 0));
  }

  /**
   * Ids of the lines that are kept and of those that are not, of 400 with and 10 without a sample.
   */
  private List<List<String>> sampled(LogNews... rules) throws Exception {
    offset = 0;
    var harness = bounded(spec(false, null, false));
    for (LogNews rule : rules) {
      harness.processBroadcastElement(rule, 0);
    }
    for (int i = 0; i < 410; i++) {
      String level = i < 400 ? "info" : "error";
      harness.processElement(line("json", "{\"level\":\"" + level + "\"}"), AT);
    }
    end(harness);

    List<String> kept =
        side(harness, LogFunction.INDEXED).stream().map(each -> each.event().id()).toList();
    List<String> others = side(harness, LogFunction.FILTERED).stream().map(LogEvent::id).toList();
    assertThat(harness.extractOutputValues()).as("all are counted").hasSize(410);
    assertThat(harness.extractOutputValues()).allMatch(event -> event.hits().isEmpty());
    StreamCounts counts = side(harness, LogFunction.COUNTED).get(0);
    assertThat(counts.counts().indexed()).isEqualTo(kept.size());
    assertThat(counts.counts().filtered()).isEqualTo(others.size());
    assertAccounts(counts);
    return List.of(kept, others);
  }

  @Test
  void sample_keepsTheSameLinesWheneverTheyAreRead_andPassesAllOthersOn() throws Exception {
    LogNews one = sample("one", 1, AT, "source=json level<=INFO", 4);
    List<List<String>> first = sampled(one);

    assertThat(first.get(0)).hasSizeBetween(70, 150);
    assertThat(first.get(0).subList(first.get(0).size() - 10, first.get(0).size()))
        .as("errors, which no rule samples")
        .containsExactlyElementsOf(
            Stream.iterate(400, i -> i + 1).limit(10).map(i -> "logs.raw:3:" + i).toList());
    assertThat(first.get(1)).doesNotContainAnyElementsOf(first.get(0));
    assertThat(first.get(0).size() + first.get(1).size()).isEqualTo(410);
    assertThat(sampled(one)).isEqualTo(first);
    assertThat(sampled(sample("of more", 1, AT, "", 1), one, sample("two", 1, AT, "level=INFO", 2)))
        .as("of several rules that with the fewest counts")
        .isEqualTo(first);
  }

  @Test
  void sample_countsFromItsTimeOn_untilAVersionEndsIt() throws Exception {
    var harness = bounded(spec(false, null, false));
    harness.processBroadcastElement(sample("one", 2, AT + 10, "", 0), 0);
    harness.processBroadcastElement(sample("one", 1, AT, "", 1_000_000_000), 0);
    for (long at : new long[] {AT - 1, AT, AT + 9, AT + 10}) {
      harness.processElement(line("json", "{\"time\":" + at + "}"), AT);
    }

    assertThat(side(harness, LogFunction.INDEXED))
        .extracting(IndexedEvent::firstAt)
        .containsExactly(AT - 1, AT + 10);
    assertThat(side(harness, LogFunction.FILTERED))
        .extracting(LogEvent::at)
        .containsExactly(AT, AT + 9);
  }

  private static LogNews service(long version, long at, Map<String, String> attributes) {
    return LogNews.of(new LogService("shop", version, at, attributes, attributes.isEmpty()));
  }

  @Test
  void service_versionOfItsTime_isInTheFieldsOfARecord_unlessTheLineSaysOtherwise()
      throws Exception {
    var harness = bounded(spec(false, null, false));
    harness.processBroadcastElement(service(3, AT + 20, Map.of()), 0);
    harness.processBroadcastElement(service(2, AT + 10, Map.of("team", "b")), 0);
    harness.processBroadcastElement(
        service(1, AT, Map.of("team", "a", "token", "hunter2", "card", "4111111111111111")), 0);
    harness.processBroadcastElement(
        LogNews.of(
            new LogRule("r", 1, 0, LogRule.Kind.COUNT, "", 60_000, 1, "service.team", false)),
        0);
    for (long at : new long[] {AT - 1, AT, AT + 10, AT + 20}) {
      harness.processElement(
          line("json", "{\"service\":\"shop\",\"a\":1,\"time\":" + at + "}"), AT);
    }
    harness.processElement(
        line("json", "{\"service\":\"shop\",\"service.team\":\"own\",\"time\":" + AT + "}"), AT);
    harness.processElement(line("json", "{\"service\":\"other\"}"), AT);
    harness.processElement(line("json", "{\"b\":2}"), AT);

    Map<String, String> known =
        Map.of(
            "a",
            "1",
            "service.team",
            "a",
            "service.token",
            "[redacted]",
            "service.card",
            "[redacted]");
    assertThat(harness.extractOutputValues())
        .extracting(event -> event.line().fields(), event -> event.hits().get(0).group())
        .containsExactly(
            tuple(Map.of("a", "1"), ""),
            tuple(known, "a"),
            tuple(Map.of("a", "1", "service.team", "b"), "b"),
            tuple(Map.of("a", "1"), ""),
            tuple(
                Map.of(
                    "service.team",
                    "own",
                    "service.token",
                    "[redacted]",
                    "service.card",
                    "[redacted]"),
                "own"),
            tuple(Map.of(), ""),
            tuple(Map.of("b", "2"), ""));
  }

  @Test
  void service_inEventTime_isWaitedFor_andRestored() throws Exception {
    var harness = open(spec(false, null, false), null);
    harness.processBroadcastElement(LogNews.of(source("json", LineFormat.JSON)), 0);
    harness.processElement(line("json", "{\"service\":\"shop\"}"), AT);
    assertThat(harness.extractOutputValues()).isEmpty();
    harness.processBroadcastElement(service(1, AT, Map.of("team", "a")), 0);
    harness = open(spec(false, null, false), harness.snapshot(1, 1));
    harness.processBroadcastElement(LogNews.knownUntil(AT), 0);

    assertThat(harness.extractOutputValues())
        .extracting(event -> event.line().fields())
        .containsExactly(Map.of("service.team", "a"));
  }

  @Test
  void service_inOrderOfArrival_isThatWhichIsKnown() throws Exception {
    var harness = open(spec(false, null, true), null);
    harness.processBroadcastElement(LogNews.of(source("json", LineFormat.JSON)), 0);
    harness.processElement(line("json", "{\"service\":\"shop\"}"), AT);
    harness.processBroadcastElement(service(1, AT, Map.of("team", "a")), 0);
    harness.processElement(line("json", "{\"service\":\"shop\"}"), AT);

    assertThat(harness.extractOutputValues())
        .extracting(event -> event.line().fields())
        .containsExactly(Map.of(), Map.of("service.team", "a"));
  }

  @Test
  void live_recordWithoutMoreLines_endsByTheClock() throws Exception {
    var harness = open(spec(false, null, true), null);
    harness.processBroadcastElement(LogNews.of(source("app", LineFormat.LOG4J)), 0);
    harness.processElement(line("app", "2026-01-31 09:00:00,000 ERROR broke"), AT);
    harness.setProcessingTime(AT + 3_000);
    harness.processElement(line("app", "\tat x"), AT);
    harness.setProcessingTime(AT + LogSpec.QUIET_MILLIS);
    assertThat(harness.extractOutputValues()).isEmpty();
    assertThat(side(harness, LogFunction.COUNTED).get(0).counts().waiting()).isEqualTo(2);

    harness.setProcessingTime(AT + 2 * LogSpec.QUIET_MILLIS);

    assertThat(harness.extractOutputValues())
        .extracting(event -> event.line().message())
        .containsExactly("broke\n\tat x");
    assertThat(side(harness, LogFunction.COUNTED).get(1).counts().waiting()).isZero();
    assertThat(harness.numProcessingTimeTimers()).isZero();
  }

  @Test
  void live_unknownSource_waitsForItsDescriptionButNotForever() throws Exception {
    var harness = open(spec(false, null, true), null);
    harness.processElement(line("json", "{\"msg\":\"soon\"}"), AT);
    harness.processBroadcastElement(LogNews.of(source("json", LineFormat.JSON)), 0);
    assertThat(harness.extractOutputValues()).hasSize(1);

    harness.processElement(line("never", "x"), AT);
    harness.setProcessingTime(AT + LogSpec.QUIET_MILLIS);

    assertThat(side(harness, LogFunction.REFUSED))
        .extracting(RefusedLine::fault)
        .containsExactly(LineFault.UNKNOWN_SOURCE);
  }
}
