package io.millrace.operator.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.operator.logline.LineFault;
import io.millrace.operator.logline.LineFormat;
import io.millrace.operator.logline.LineSource;
import io.millrace.operator.logline.LogLevel;
import io.millrace.operator.logline.Redaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LineOperatorTest {
  private static final long AT = 1_769_850_000_000L;
  private static final String SLOT = "slot";

  private final List<OneInputStreamOperatorTestHarness<?, ?>> opened = new ArrayList<>();
  private long offset;

  @AfterEach
  void close() throws Exception {
    for (var harness : opened) {
      harness.close();
    }
  }

  private static LogSpec spec(@Nullable LogLevel least, boolean inEventTime, boolean byClock) {
    return new LogSpec(
        LineDecoder.TEXT,
        null,
        new Redaction(true, true),
        false,
        least,
        1_000,
        0,
        3_600_000,
        0,
        inEventTime,
        false,
        byClock);
  }

  private OneInputStreamOperatorTestHarness<LogLine, LogEvent> open(LogSpec spec, LogNews... news)
      throws Exception {
    var harness =
        new OneInputStreamOperatorTestHarness<LogLine, LogEvent>(
            new LineOperator.Factory(spec, SLOT));
    opened.add(harness);
    harness.open();
    harness.setProcessingTime(AT);
    tell(harness, news);
    return harness;
  }

  /** Does what the task that gets news does, and what the task's thread then does. */
  private static void tell(
      OneInputStreamOperatorTestHarness<LogLine, LogEvent> harness, LogNews... news)
      throws Exception {
    for (LogNews each : news) {
      NewsChannel.of(channel(harness)).offer(each);
    }
    Optional<Mail> mail = harness.getTaskMailbox().tryTake(0);
    while (mail.isPresent()) {
      mail.get().run();
      mail = harness.getTaskMailbox().tryTake(0);
    }
  }

  private static String channel(OneInputStreamOperatorTestHarness<LogLine, LogEvent> harness) {
    return LineOperator.channel(
        SLOT, ((AbstractStreamOperator<?>) harness.getOperator()).getRuntimeContext());
  }

  private static LogNews source(String name, LineFormat format) {
    return LogNews.of(LineSource.of(name, format, ""));
  }

  private LogLine line(String source, int partition, String text) {
    return new LogLine(
        source, "logs.raw", partition, offset++, AT, null, text.getBytes(UTF_8), Map.of(), false);
  }

  private static <T> List<T> side(
      OneInputStreamOperatorTestHarness<LogLine, LogEvent> harness, OutputTag<T> tag) {
    var records = harness.getSideOutput(tag);
    return records == null ? List.of() : records.stream().map(StreamRecord::getValue).toList();
  }

  @Test
  void linesThatAreRecords_areReadHere_andOthersAreLeftAsTheyCame() throws Exception {
    var harness =
        open(
            spec(null, false, false),
            source("json", LineFormat.JSON),
            source("app", LineFormat.LOG4J));
    LogLine read = line("json", 0, "{\"msg\":\"here\",\"password\":\"hunter2\"}");
    LogLine joined = line("app", 0, "2026-01-31 09:00:00,000 ERROR broke");
    harness.processElement(read, AT);
    harness.processElement(joined, AT);
    harness.endInput();

    assertThat(harness.extractOutputValues())
        .extracting(LogEvent::id, event -> event.line().message(), event -> event.line().fields())
        .containsExactly(tuple("logs.raw:0:0", "here", Map.of("password", "[redacted]")));
    assertThat(side(harness, LogFunction.INDEXED)).hasSize(1);
    assertThat(side(harness, LineOperator.LEFT))
        .as("a source whose records have several lines")
        .extracting(LogLine::source, LogLine::offset, LogLine::value)
        .containsExactly(tuple("app", 1L, joined.value()));
    assertThat(side(harness, LogFunction.COUNTED))
        .as("the other one is counted by whoever reads it")
        .containsExactly(
            new StreamCounts("json", "logs.raw", 0, new LineCounts(0, AT, 1, 1, 0, 0, 0, 0, 0, 0)));
  }

  @Test
  void lineOfAnUnknownSource_isLeft_whileItMayBeDescribed_elseRefused() throws Exception {
    var live = open(spec(null, false, true));
    live.processElement(line("json", 0, "{}"), AT);
    assertThat(side(live, LineOperator.LEFT)).hasSize(1);
    assertThat(side(live, LogFunction.REFUSED)).isEmpty();
    tell(live, source("json", LineFormat.JSON));
    live.processElement(line("json", 0, "{}"), AT);
    assertThat(side(live, LineOperator.LEFT)).hasSize(1);
    assertThat(live.extractOutputValues()).hasSize(1);

    var bounded = open(spec(null, false, false));
    bounded.processElement(line("json", 0, "{}"), AT);
    assertThat(side(bounded, LineOperator.LEFT)).isEmpty();
    assertThat(side(bounded, LogFunction.REFUSED))
        .extracting(RefusedLine::fault)
        .containsExactly(LineFault.UNKNOWN_SOURCE);
  }

  @Test
  void inEventTime_lineIsLeft_untilAllIsKnownOfItsTime() throws Exception {
    var harness = open(spec(null, true, false), source("json", LineFormat.JSON));
    harness.processElement(line("json", 0, "{}"), AT);
    tell(harness, LogNews.knownUntil(AT - 1));
    harness.processElement(line("json", 0, "{}"), AT);
    assertThat(side(harness, LineOperator.LEFT)).hasSize(2);
    tell(harness, LogNews.knownUntil(AT));
    harness.processElement(line("json", 0, "{}"), AT);

    assertThat(side(harness, LineOperator.LEFT)).hasSize(2);
    assertThat(harness.extractOutputValues()).extracting(LogEvent::offset).containsExactly(2L);
  }

  @Test
  void accounts_areTold_beforeABarrierAndAtTheEnd_eachTimeWhatIsNew() throws Exception {
    var harness = open(spec(LogLevel.WARN, false, false), source("json", LineFormat.JSON));
    LogLine twice = line("json", 0, "{\"level\":\"error\"}");
    harness.processElement(twice, AT);
    harness.processElement(twice, AT);
    harness.processElement(line("json", 1, "{\"level\":\"info\"}"), AT);
    harness.processElement(line("json", 1, "{"), AT);
    harness.processElement(line("json", 1, ""), AT);
    harness.prepareSnapshotPreBarrier(1);
    assertThat(side(harness, LogFunction.COUNTED))
        .containsExactlyInAnyOrder(
            new StreamCounts("json", "logs.raw", 0, new LineCounts(0, AT, 2, 2, 0, 0, 0, 0, 0, 0)),
            new StreamCounts("json", "logs.raw", 1, new LineCounts(3, AT, 3, 0, 0, 0, 1, 0, 2, 0)));
    assertThat(side(harness, LogFunction.FILTERED)).hasSize(1);
    assertThat(side(harness, LogFunction.REFUSED))
        .extracting(RefusedLine::fault)
        .containsExactly(LineFault.INVALID_LINE, LineFault.EMPTY);
    assertThat(harness.extractOutputValues()).as("all but those are counted").hasSize(3);

    harness.prepareSnapshotPreBarrier(2);
    assertThat(side(harness, LogFunction.COUNTED)).as("nothing is new").hasSize(2);
    harness.processElement(line("json", 1, "{\"level\":\"fatal\"}"), AT);
    harness.processWatermark(new Watermark(AT));
    assertThat(side(harness, LogFunction.COUNTED)).hasSize(2);
    harness.processWatermark(Watermark.MAX_WATERMARK);
    harness.endInput();

    assertThat(side(harness, LogFunction.COUNTED))
        .hasSize(3)
        .contains(
            new StreamCounts("json", "logs.raw", 1, new LineCounts(4, AT, 1, 1, 0, 0, 0, 0, 0, 0)));
  }

  @Test
  void sample_isTheSameAsWhereLinesAreReadByKey() throws Exception {
    LogNews rule =
        LogNews.of(
            new LogRule("r", 1, 0, LogRule.Kind.SAMPLE, "source=json", 60_000, 3, "", false));
    var here = open(spec(null, false, false), source("json", LineFormat.JSON), rule);
    NewsBook book = new NewsBook(spec(null, false, false));
    book.add(rule);
    for (int i = 0; i < 100; i++) {
      here.processElement(line("json", 2, "{\"msg\":\"" + i + "\"}"), AT);
    }

    assertThat(side(here, LogFunction.FILTERED)).hasSizeBetween(40, 90);
    assertThat(side(here, LogFunction.FILTERED)).noneMatch(book::samples);
    assertThat(side(here, LogFunction.INDEXED)).allMatch(each -> book.samples(each.event()));
    assertThat(here.extractOutputValues()).hasSize(100);
  }

  @Test
  void close_endsTheChannel() throws Exception {
    var harness = open(spec(null, false, false));
    String name = channel(harness);
    NewsChannel before = NewsChannel.of(name);
    harness.close();
    opened.remove(harness);

    NewsChannel after = NewsChannel.of(name);
    assertThat(after).isNotSameAs(before);
    after.close();
  }
}
