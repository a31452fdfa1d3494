package io.millrace.operator.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.distinct.DistinctSample;
import io.millrace.operator.logline.LineFormat;
import io.millrace.operator.logline.LineParser;
import io.millrace.operator.logline.LineSource;
import io.millrace.operator.logline.LogLevel;
import io.millrace.operator.sketch.ItemBytes;
import io.millrace.operator.sketch.ItemEstimate;
import io.millrace.operator.sketch.SketchAlgorithm;
import io.millrace.operator.window.PanedWindows;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What is of use without a stream: the guide's examples are between the markers. */
class AlgorithmExamplesTest {
  @Test
  void sketch() {
    // README sketch starts
    var north = SketchAlgorithm.ADAPTIVE.create(1 << 20, 10); // bytes, items that must fit
    north.add("tea", 300);
    north.add("rice", 20);
    var south = SketchAlgorithm.ADAPTIVE.create(1 << 20, 10);
    south.add("tea", 250);
    north.merge(south.toBytes()); // in any order, with the same bounds
    var heaviest = north.top(1); // each with count, lowerBound and upperBound
    long atMost = north.maxError(); // by which bounds may differ; 0: all is exact
    // README ends
    assertThat(heaviest).containsExactly(ItemEstimate.exact("tea", 550));
    assertThat(atMost).isZero();
  }

  @Test
  void distinct() {
    // README distinct starts
    var today = new DistinctSample(); // at most 32 KiB
    for (String listener : new String[] {"ann", "bob", "ann"}) {
      byte[] id = ItemBytes.of(listener);
      today.add(ItemBytes.hash(id, 0, id.length));
    }
    var both = new DistinctSample();
    both.merge(today.least()); // of another task, or of another day
    long listeners = both.count(); // exact up to 1,000, then with an error of 3.2 %
    // README ends
    assertThat(listeners).isEqualTo(2);
    assertThat(both.isExact()).isTrue();
  }

  @Test
  void window() {
    // README window starts
    var lastHour = new PanedWindows(3_600_000, 300_000, 60_000); // every 5 minutes, a minute late
    long at = Instant.parse("2026-01-31T10:07:00Z").toEpochMilli();
    long pane = lastHour.paneStart(at); // what is counted once, for all windows that hold it
    long first = lastHour.firstWindowEnd(pane);
    long last = lastHour.lastWindowEnd(pane);
    long complete = lastHour.closeTime(first); // the watermark that it is published at
    // README ends
    assertThat(Instant.ofEpochMilli(pane)).isEqualTo("2026-01-31T10:05:00Z");
    assertThat(Instant.ofEpochMilli(first)).isEqualTo("2026-01-31T10:10:00Z");
    assertThat(Instant.ofEpochMilli(last)).isEqualTo("2026-01-31T11:05:00Z");
    assertThat(complete).isEqualTo(first + 60_000 - 1);
  }

  @Test
  void logline() throws Exception {
    long arrivedAt = Instant.parse("2026-01-31T10:00:00Z").toEpochMilli();
    // README logline starts
    var parser = LineParser.of(LineSource.of("shop", LineFormat.LOGFMT, "UTC"));
    var line =
        parser.parse(
            "time=2026-01-31T09:59:58Z level=warn message=\"slow answer\" millis=812", arrivedAt);
    // ParsedLine: at, level, service, host, message, fields, traceId.
    // A line that is none throws a LineException with the reason and the place, and nothing else.
    // README ends
    assertThat(line).isNotNull();
    assertThat(line.level()).isEqualTo(LogLevel.WARN);
    assertThat(line.message()).isEqualTo("slow answer");
    assertThat(line.fields()).containsEntry("millis", "812");
  }
}
