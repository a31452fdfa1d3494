package io.millrace.job.bench;

import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.types.Row;

/**
 * Matches entries in Flink SQL: a full outer join over the window, which tells of each entry its
 * partner, or after the window that it has none.
 */
final class IntervalJoin {
  /** Joins {@code %1$s} and {@code %2$s} within {@code %3$d} minutes; selects {@code %4$s}. */
  static final String QUERY =
      """
      SELECT %4$s
      FROM %1$s AS l FULL OUTER JOIN %2$s AS r
      ON l.reference = r.reference AND l.currency = r.currency AND l.amountMinor = r.amountMinor
        AND r.event_time BETWEEN l.event_time - INTERVAL '%3$d' MINUTE
          AND l.event_time + INTERVAL '%3$d' MINUTE""";

  private static final RowType ROW =
      RowType.of(
          new LogicalType[] {
            new BigIntType(), VarCharType.STRING_TYPE, VarCharType.STRING_TYPE, new BigIntType()
          },
          new String[] {"number", "reference", "currency", "amountMinor"});
  private static final StringData EURO = StringData.fromString("EUR");

  private IntervalJoin() {}

  /** An environment as Flink's guide to tuning says. */
  static StreamExecutionEnvironment environment() {
    Configuration flink = new Configuration();
    flink.set(PipelineOptions.OBJECT_REUSE, true);
    return StreamExecutionEnvironment.getExecutionEnvironment(flink);
  }

  static void add(StreamExecutionEnvironment env, DataStream<Long> packed, Duration window) {
    StreamTableEnvironment tables = StreamTableEnvironment.create(env);
    SqlPeer.tune(tables.getConfig());
    view(tables, "lefts", packed.filter(PackedEntries::isLeft).uid("left"));
    view(tables, "rights", packed.filter(entry -> !PackedEntries.isLeft(entry)).uid("right"));
    DataStream<Row> joined =
        tables.toDataStream(
            tables.sqlQuery(
                QUERY.formatted("lefts", "rights", window.toMinutes(), "l.number, r.number")));
    Discard.some(
        joined.filter(IntervalJoin::isMatch).uid("matches"),
        IntervalJoin::number,
        "discard-matches");
    Discard.others(
        joined.filter(row -> !isMatch(row)).uid("missing"),
        IntervalJoin::number,
        "discard-missing");
  }

  private static void view(StreamTableEnvironment tables, String name, DataStream<Long> packed) {
    tables.createTemporaryView(
        name,
        packed.map(IntervalJoin::row).returns(InternalTypeInfo.of(ROW)).uid(name + "-rows"),
        Schema.newBuilder()
            .column("number", "BIGINT")
            .column("reference", "STRING")
            .column("currency", "STRING")
            .column("amountMinor", "BIGINT")
            .columnByMetadata("event_time", DataTypes.TIMESTAMP_LTZ(3), "rowtime")
            .watermark("event_time", "SOURCE_WATERMARK()")
            .build());
  }

  private static RowData row(long packed) {
    return GenericRowData.of(
        (long) PackedEntries.number(packed),
        StringData.fromString(PackedEntries.reference(packed)),
        EURO,
        PackedEntries.amountMinor(packed));
  }

  private static boolean isMatch(Row row) {
    return row.getField(0) != null && row.getField(1) != null;
  }

  private static long number(Row row) {
    Object left = row.getField(0);
    Object right = row.getField(1);
    if (left instanceof Long number) {
      return number;
    }
    if (right instanceof Long number) {
      return number;
    }
    throw new IllegalArgumentException("a row of neither side: " + row);
  }
}
