package io.millrace.operator.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.operator.state.WindowOperator;
import io.millrace.operator.window.PanedWindows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowExportFunctionTest {
  private static final ExportSpec SPEC = spec(0, 1);

  private final List<KeyedOneInputStreamOperatorTestHarness<?, ?, ?>> opened = new ArrayList<>();

  /** Windows of a second. */
  private static ExportSpec spec(long lateness, int parts) {
    return new ExportSpec(new PanedWindows(1_000, 1_000, lateness), parts);
  }

  /** Writes a window as a text, at the attempt of that number. */
  private static final class Texts implements WindowWriter<String> {
    private static final long serialVersionUID = 1L;

    private int failures;
    private boolean isOpen;

    Texts(int failures) {
      this.failures = failures;
    }

    @Override
    public void open(RuntimeContext context) {
      isOpen = true;
    }

    @Override
    public String write(RowWindow window, Iterable<byte[]> rows) throws IOException {
      assertThat(isOpen).isTrue();
      String once = text(rows);
      assertThat(text(rows)).as("gone through again").isEqualTo(once);
      if (failures-- > 0) {
        throw new IOException("not now");
      }
      return window.stream() + " " + window.start() + " " + window.part() + ":" + once;
    }

    private static String text(Iterable<byte[]> rows) {
      StringBuilder text = new StringBuilder();
      rows.forEach(row -> text.append(' ').append(new String(row, UTF_8)));
      return text.toString();
    }

    @Override
    public void close() {
      isOpen = false;
    }
  }

  @AfterEach
  void close() throws Exception {
    for (var harness : opened) {
      harness.close();
    }
  }

  private KeyedOneInputStreamOperatorTestHarness<RowWindow, WindowRow, String> open(
      ExportSpec spec, boolean isOnHeap, int failures, @Nullable OperatorSubtaskState state)
      throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new WindowOperator<>(new WindowExportFunction<>(spec, new Texts(failures))),
            spec::windowOf,
            TypeInformation.of(RowWindow.class));
    harness.setStateBackend(
        isOnHeap ? new HashMapStateBackend() : new EmbeddedRocksDBStateBackend(false));
    opened.add(harness);
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
    return harness;
  }

  private static WindowRow row(String stream, long at, int partition, long offset) {
    String text = at + "/" + partition + "/" + offset;
    return new WindowRow(stream, at, partition, offset, text.getBytes(UTF_8));
  }

  private static void feed(
      KeyedOneInputStreamOperatorTestHarness<RowWindow, WindowRow, String> harness,
      List<WindowRow> rows)
      throws Exception {
    for (WindowRow row : rows) {
      harness.processElement(row, row.at());
    }
  }

  /** Rows that are told apart by their times, their partitions or their offsets alone. */
  private static List<WindowRow> rows() {
    List<WindowRow> rows = new ArrayList<>();
    for (long at : new long[] {-2, 0, 255, 256, 999, 1_000}) {
      for (int partition : new int[] {0, 1, 300}) {
        for (long offset : new long[] {0, 127, 128, 70_000}) {
          rows.add(row("a", at, partition, offset));
        }
      }
    }
    return rows;
  }

  private static String expected(long start, List<WindowRow> rows) {
    StringBuilder text = new StringBuilder("a " + start + " 0:");
    for (WindowRow row : rows) {
      if (row.at() >= start && row.at() < start + 1_000) {
        text.append(' ').append(new String(row.value(), UTF_8));
      }
    }
    return text.toString();
  }

  private static List<Long> late(
      KeyedOneInputStreamOperatorTestHarness<RowWindow, WindowRow, String> harness) {
    var late = harness.getSideOutput(WindowExport.LATE);
    return late == null
        ? List.of()
        : late.stream().map(StreamRecord::getValue).map(each -> each.f0.at()).toList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rows_inAnyOrder_comeByTimePartitionAndOffset(boolean isOnHeap) throws Exception {
    for (int seed = 0; seed < 5; seed++) {
      List<WindowRow> shuffled = new ArrayList<>(rows());
      Collections.shuffle(shuffled, new Random(seed));
      var harness = open(SPEC, isOnHeap, 0, null);
      feed(harness, shuffled);
      harness.processWatermark(new Watermark(998));
      assertThat(harness.extractOutputValues()).containsExactly(expected(-1_000, rows()));
      harness.processWatermark(new Watermark(999));
      assertThat(harness.extractOutputValues().get(1)).isEqualTo(expected(0, rows()));
      harness.processWatermark(Watermark.MAX_WATERMARK);

      assertThat(harness.extractOutputValues().get(2)).isEqualTo(expected(1_000, rows()));
      assertThat(harness.extractOutputValues()).hasSize(3);
      assertThat(harness.numEventTimeTimers()).isZero();
      if (isOnHeap) {
        assertThat(harness.numKeyedStateEntries()).isZero();
      }
      assertThat(late(harness)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void restore_inTheMiddle_givesTheSameWindows(boolean isOnHeap) throws Exception {
    List<WindowRow> rows = rows();
    for (int cut = 0; cut <= rows.size(); cut += 9) {
      var harness = open(SPEC, isOnHeap, 0, null);
      feed(harness, rows.subList(0, cut));
      OperatorSubtaskState state = harness.snapshot(1, 1);
      feed(harness, rows.subList(cut, rows.size()));

      harness = open(SPEC, isOnHeap, 0, state);
      // What came after the checkpoint comes again, and some of what came before it.
      feed(harness, rows.subList(Math.max(0, cut - 5), rows.size()));
      harness.processWatermark(Watermark.MAX_WATERMARK);
      assertThat(harness.extractOutputValues())
          .containsExactly(expected(-1_000, rows), expected(0, rows), expected(1_000, rows));
    }
  }

  @Test
  void window_thatCannotBeWritten_failsAndIsWrittenAfterARestore() throws Exception {
    var harness = open(SPEC, true, 1, null);
    feed(harness, rows());
    OperatorSubtaskState state = harness.snapshot(1, 1);
    var failing = harness;
    assertThatThrownBy(() -> failing.processWatermark(Watermark.MAX_WATERMARK))
        .hasStackTraceContaining("not now");

    harness = open(SPEC, true, 0, state);
    harness.processWatermark(Watermark.MAX_WATERMARK);
    assertThat(harness.extractOutputValues()).hasSize(3).contains(expected(0, rows()));
  }

  @Test
  void row_ofAWindowThatWasWritten_isLateAlsoAfterARestore() throws Exception {
    var harness = open(spec(500, 1), true, 0, null);
    feed(harness, List.of(row("a", 0, 0, 0)));
    harness.processWatermark(new Watermark(1_498));
    feed(harness, List.of(row("a", 1, 0, 1)));
    harness.processWatermark(new Watermark(1_499));
    feed(harness, List.of(row("a", 2, 0, 2), row("a", 1_000, 0, 3)));
    assertThat(harness.extractOutputValues()).containsExactly("a 0 0: 0/0/0 1/0/1");
    assertThat(harness.getSideOutput(WindowExport.LATE))
        .extracting(StreamRecord::getValue)
        .extracting(late -> Tuple2.of(late.f0.at(), late.f1))
        .containsExactly(Tuple2.of(2L, 1_499L));

    harness = open(spec(500, 1), true, 0, harness.snapshot(1, 1));
    feed(harness, List.of(row("a", 3, 0, 4)));
    harness.processWatermark(new Watermark(Long.MAX_VALUE));
    assertThat(late(harness)).containsExactly(3L);
    assertThat(harness.extractOutputValues()).containsExactly("a 1000 0: 1000/0/3");
  }

  @Test
  void lateness_longerAfterARestore_keepsOneFileAWindow() throws Exception {
    var harness = open(SPEC, true, 0, null);
    feed(harness, List.of(row("a", 0, 0, 0)));
    harness = open(spec(5_000, 1), true, 0, harness.snapshot(1, 1));
    harness.processWatermark(new Watermark(999));
    assertThat(harness.extractOutputValues()).isEmpty();
    feed(harness, List.of(row("a", 1, 0, 1)));
    harness.processWatermark(new Watermark(5_999));

    assertThat(harness.extractOutputValues()).containsExactly("a 0 0: 0/0/0 1/0/1");
    assertThat(harness.numEventTimeTimers()).isZero();
  }

  @Test
  void parts_ofAWindow_haveEachRowOnce() throws Exception {
    var harness = open(spec(0, 3), true, 0, null);
    List<WindowRow> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      rows.add(row(i % 2 == 0 ? "a" : "b", i, i % 4, i));
    }
    feed(harness, rows);
    harness.processWatermark(Watermark.MAX_WATERMARK);

    TreeMap<String, Integer> counts = new TreeMap<>();
    Set<String> written = new TreeSet<>();
    for (String window : harness.extractOutputValues()) {
      String[] parts = window.split(": ", 2);
      for (String each : parts[1].split(" ", -1)) {
        assertThat(written.add(each)).isTrue();
        counts.merge(parts[0], 1, Integer::sum);
      }
    }
    assertThat(written).hasSize(300);
    assertThat(counts.keySet())
        .containsExactly("a 0 0", "a 0 1", "a 0 2", "b 0 0", "b 0 1", "b 0 2");
    assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(30, 70));
  }

  @Test
  void spec_outOfItsRange_isRefused() {
    assertThatThrownBy(() -> spec(0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the files of a window must be from 1 to 1000, found 0");
    assertThatThrownBy(() -> spec(0, 1_001)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ExportSpec(new PanedWindows(1_000, 500, 0), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("windows of rows must not overlap");
  }
}
