package io.millrace.operator.export;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Keeps the rows of each window until it is complete, and then writes them in the order of their
 * times, partitions and offsets, which depends on nothing but the rows.
 *
 * <p><b>State</b>: the rows of open windows; it goes when a window was written. <b>Space</b>: one
 * row at a time, on a backend that keeps its keys in order; one that does not keeps all rows in
 * memory anyway, and their places are sorted there. <b>Time</b>: a write to the state a row.
 * <b>Timers</b>: one a window. <b>Order</b>: insensitive, but for what is late. <b>Replay</b>:
 * idempotent, since the state knows a row by its place.
 */
final class WindowExportFunction<R> extends KeyedProcessFunction<RowWindow, WindowRow, R> {
  static final OutputTag<Tuple2<WindowRow, Long>> LATE =
      new OutputTag<>("late", Types.TUPLE(TypeInformation.of(WindowRow.class), Types.LONG));

  private static final long serialVersionUID = 1L;

  /*
   * A row's place: its time after the window's start, its partition and its offset. None is
   * negative, and all are written with the highest byte first, so that the order of their bytes,
   * which is the one that RocksDB goes through them in, is that of the numbers.
   */
  private static final MapStateDescriptor<Tuple3<Long, Integer, Long>, byte[]> ROWS =
      new MapStateDescriptor<>(
          "rows",
          Types.TUPLE(Types.LONG, Types.INT, Types.LONG),
          PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  private static final Comparator<Tuple3<Long, Integer, Long>> BY_PLACE =
      Comparator.<Tuple3<Long, Integer, Long>>comparingLong(place -> place.f0)
          .thenComparingInt(place -> place.f1)
          .thenComparingLong(place -> place.f2);

  private final ExportSpec spec;
  private final WindowWriter<R> writer;

  private transient MapState<Tuple3<Long, Integer, Long>, byte[]> rows;

  /** Open windows whose timers were set since the start: as many as there are. */
  private transient Set<RowWindow> awaited;

  WindowExportFunction(ExportSpec spec, WindowWriter<R> writer) {
    this.spec = spec;
    this.writer = writer;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    rows = getRuntimeContext().getMapState(ROWS);
    awaited = new HashSet<>();
    writer.open(getRuntimeContext());
  }

  @Override
  public void processElement(WindowRow row, Context context, Collector<R> out) throws Exception {
    RowWindow window = context.getCurrentKey();
    long closeTime = spec.closeTime(window);
    long watermark = context.timerService().currentWatermark();
    if (closeTime <= watermark) {
      context.output(LATE, Tuple2.of(row, watermark));
      return;
    }
    rows.put(Tuple3.of(row.at() - window.start(), row.partition(), row.offset()), row.value());
    if (awaited.add(window)) {
      context.timerService().registerEventTimeTimer(closeTime);
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<R> out) throws Exception {
    RowWindow window = context.getCurrentKey();
    long closeTime = spec.closeTime(window);
    if (time < closeTime) {
      // It was set with a shorter lateness, before a restore.
      context.timerService().registerEventTimeTimer(closeTime);
      return;
    }
    awaited.remove(window);
    if (rows.isEmpty()) {
      return;
    }
    R written = writer.write(window, inOrder());
    rows.clear();
    out.collect(written);
  }

  private Iterable<byte[]> inOrder() throws Exception {
    Tuple3<Long, Integer, Long> before = null;
    for (Tuple3<Long, Integer, Long> place : rows.keys()) {
      if (before != null && BY_PLACE.compare(before, place) > 0) {
        return sorted();
      }
      before = place;
    }
    return rows.values();
  }

  private Iterable<byte[]> sorted() throws Exception {
    List<Tuple3<Long, Integer, Long>> places = new ArrayList<>();
    rows.keys().forEach(places::add);
    places.sort(BY_PLACE);
    return () -> new AtPlaces(places.iterator());
  }

  @Override
  public void close() throws Exception {
    writer.close();
  }

  /** The rows at places. */
  private final class AtPlaces implements Iterator<byte[]> {
    private final Iterator<Tuple3<Long, Integer, Long>> places;

    AtPlaces(Iterator<Tuple3<Long, Integer, Long>> places) {
      this.places = places;
    }

    @Override
    public boolean hasNext() {
      return places.hasNext();
    }

    @Override
    public byte[] next() {
      try {
        return rows.get(places.next());
      } catch (Exception e) {
        throw new IllegalStateException("the state can't be read", e);
      }
    }
  }
}
